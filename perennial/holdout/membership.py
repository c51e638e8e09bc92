"""Who is in the control group, since when: written down with validity and never removed.

Each person is drawn once: held out when a salted hash of the cluster's representative, read as a fraction of one, lies
below the share that was valid when the cluster was first seen; or when one of the cluster is held out already. Whoever
turns out to be one of a cluster drawn before takes over its draw. So any past day can be restored, another share is
for customers first seen afterwards, and nobody changes sides by identifying.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import psycopg

from perennial.holdout.clusters import Clusters
from perennial.settings import load_settings
from perennial.tables import HOLDOUT_DRAWS, HOLDOUT_MEMBERS, HOLDOUT_SHARES, IDENTITY_TIES, MARTS_CUSTOMERS

MEMBERS_SQL = """
    select customer_id
    from experiments.holdout_members
    where valid_from <= %(moment)s and (valid_to is null or valid_to > %(moment)s)
"""
"""The control group at a moment (timestamptz parameter `moment`)."""

EXCLUDED_SQL = f"""
    with members as (
        select distinct customer_id
        from {HOLDOUT_MEMBERS}
        where valid_to is null or (valid_from <= %(moment)s and valid_to > %(moment)s)
    )

    select customer_id from members
    union
    select ties.customer_id from {IDENTITY_TIES} as ties inner join members on ties.other_id = members.customer_id
"""
"""Whom no audience of a moment may contain: the control group then, that of now, and whoever is tied to one of them.

Messages go out today, whatever day the audience is of; so who has joined since is left out of a past day's as well.
"""

_RECORD_SHARE_SQL = f"""
    with latest as (select share, valid_from from {HOLDOUT_SHARES} order by share_id desc limit 1)

    insert into {HOLDOUT_SHARES} (share, valid_from)
    select %(share)s, coalesce((
        select greatest(latest.valid_from, %(moment)s, (select max(valid_from) from {HOLDOUT_MEMBERS})) from latest
    ), '-infinity')
    where not exists (select from latest where share = %(share)s)
"""

# The first 8 hex digits of the digest as a number in [0, 1), computed where the customers are: 2^32 = 4294967296.
_ASSIGN_SQL = f"""
    with asked as (
        select asked.customer_id, asked.representative, coalesce(asked.known_since, seen.first_seen_at) as known_since
        from unnest(%(customer_ids)s::text[], %(representatives)s::text[], %(known_since)s::timestamptz[])
            as asked (customer_id, representative, known_since)
        left join {MARTS_CUSTOMERS} as seen on asked.representative = seen.customer_id
    ),

    open_members as (select customer_id from {HOLDOUT_MEMBERS} where valid_to is null),

    clusters as (
        select
            asked.representative,
            min(asked.known_since) as known_since,
            bool_or(open_members.customer_id is not null) as is_held,
            bool_or(draws.customer_id is not null) as is_drawn,
            min(draws.share) as share
        from asked
        left join open_members on asked.customer_id = open_members.customer_id
        left join {HOLDOUT_DRAWS} as draws on asked.customer_id = draws.customer_id
        group by asked.representative
    ),

    drawn as (
        select
            clusters.representative,
            case when clusters.is_drawn then clusters.share else valid.share end as share,
            clusters.is_held or (
                not clusters.is_drawn
                and ('x' || left(digest, 8))::bit(32)::bigint < valid.share * 4294967296
            ) as is_held
        from clusters
        cross join lateral
            encode(sha256(convert_to(%(salt)s || ':' || clusters.representative, 'UTF8')), 'hex') as digest
        cross join lateral (
            select shares.share
            from {HOLDOUT_SHARES} as shares
            where shares.valid_from <= coalesce(clusters.known_since, 'infinity')
            order by shares.valid_from desc, shares.share_id desc
            limit 1
        ) as valid
    ),

    written as (
        insert into {HOLDOUT_DRAWS} (customer_id, is_held, share, drawn_at)
        select asked.customer_id, drawn.is_held, drawn.share, %(moment)s
        from asked
        inner join drawn on asked.representative = drawn.representative
        on conflict do nothing
    )

    insert into {HOLDOUT_MEMBERS} (customer_id, salt_digest, valid_from)
    select asked.customer_id, %(salt_digest)s, %(moment)s
    from asked
    inner join drawn on asked.representative = drawn.representative
    left join open_members on asked.customer_id = open_members.customer_id
    where drawn.is_held and open_members.customer_id is null
    on conflict do nothing
"""


def assign_holdout(
    connection: psycopg.Connection[Any],
    customer_ids: Iterable[str],
    moment: datetime,
    share: float,
    clusters: Clusters,
) -> int:
    """Those of `customer_ids` whom their draw holds out, with all their clusters, are held out from `moment` on.

    `share` is for customers first seen from now on, where it differs from the one before. Members stay members.
    Returns how many were added; safe to repeat.
    """
    salt = load_settings().require("holdout_salt")
    asked = clusters.closed_over(customer_ids)
    representatives = [clusters.representative(customer_id) for customer_id in asked]
    parameters = {
        "customer_ids": asked,
        "representatives": representatives,
        "known_since": [clusters.known_since.get(one) for one in representatives],
        "moment": moment,
        "share": share,
        "salt": salt,
        "salt_digest": hashlib.sha256(salt.encode()).hexdigest()[:16],
    }
    connection.execute(_RECORD_SHARE_SQL, parameters)
    return connection.execute(_ASSIGN_SQL, parameters).rowcount
