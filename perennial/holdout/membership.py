"""Who is in the control group, since when: written down with validity and never removed.

A person belongs to it when a salted hash of the cluster's representative, read as a fraction of one, lies below the
brand's holdout share; or when one of the cluster is in it already. So any past day can be restored, a larger share
only adds, and a smaller one keeps who is there.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import psycopg

from perennial.holdout.clusters import Clusters
from perennial.settings import load_settings

MEMBERS_SQL = """
    select customer_id
    from experiments.holdout_members
    where valid_from <= %(moment)s and (valid_to is null or valid_to > %(moment)s)
"""
"""The control group at a moment (timestamptz parameter `moment`)."""

EXCLUDED_SQL = """
    select distinct customer_id
    from experiments.holdout_members
    where valid_to is null or (valid_from <= %(moment)s and valid_to > %(moment)s)
"""
"""Whom no audience of a moment may contain: the control group then, and that of now.

Messages go out today, whatever day the audience is of; so who has joined since is left out of a past day's as well.
"""

# The first 8 hex digits of the digest as a number in [0, 1), computed where the customers are: 2^32 = 4294967296.
_ASSIGN_SQL = """
    with asked as (
        select customer_id, representative
        from unnest(%(customer_ids)s::text[], %(representatives)s::text[]) as asked (customer_id, representative)
    ),

    open_members as (select customer_id from experiments.holdout_members where valid_to is null),

    held as (
        select asked.representative from asked inner join open_members on asked.customer_id = open_members.customer_id
        union
        select asked.representative
        from asked
        cross join lateral encode(sha256(convert_to(%(salt)s || ':' || asked.representative, 'UTF8')), 'hex') as digest
        where ('x' || left(digest, 8))::bit(32)::bigint < %(share)s::double precision * 4294967296
    )

    insert into experiments.holdout_members (customer_id, salt_digest, valid_from)
    select asked.customer_id, %(salt_digest)s, %(moment)s
    from asked
    inner join held on asked.representative = held.representative
    left join open_members on asked.customer_id = open_members.customer_id
    where open_members.customer_id is null
    on conflict do nothing
"""


def assign_holdout(
    connection: psycopg.Connection[Any],
    customer_ids: Iterable[str],
    moment: datetime,
    share: float,
    clusters: Clusters,
) -> int:
    """Those of `customer_ids` whom the rule chooses, with all their clusters, are held out from `moment` on.

    Members stay members whatever the share becomes. Returns how many were added; safe to repeat.
    """
    salt = load_settings().require("holdout_salt")
    asked = clusters.closed_over(customer_ids)
    parameters = {
        "customer_ids": asked,
        "representatives": [clusters.representative(customer_id) for customer_id in asked],
        "moment": moment,
        "share": share,
        "salt": salt,
        "salt_digest": hashlib.sha256(salt.encode()).hexdigest()[:16],
    }
    return connection.execute(_ASSIGN_SQL, parameters).rowcount
