"""The global control group: customers who are never messaged, so that what messaging does can be measured.

A customer belongs to it when a salted hash of their id, read as a fraction of one, lies below the brand's holdout
share. Membership is written down with validity and never removed, so any past day can be restored.
"""

import hashlib
from datetime import datetime
from typing import Any

import psycopg

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
    insert into experiments.holdout_members (customer_id, salt_digest, valid_from)
    select customers.customer_id, %(salt_digest)s, %(moment)s
    from unnest(%(customer_ids)s::text[]) as customers (customer_id)
    cross join lateral encode(sha256(convert_to(%(salt)s || ':' || customers.customer_id, 'UTF8')), 'hex') as digest
    where ('x' || left(digest, 8))::bit(32)::bigint
        < %(share)s::double precision * 4294967296
        and not exists (
            select from experiments.holdout_members as members
            where members.customer_id = customers.customer_id and members.valid_to is null
        )
    on conflict do nothing
"""


def assign_holdout(connection: psycopg.Connection[Any], customer_ids: list[str], moment: datetime, share: float) -> int:
    """Add those of `customer_ids` whose hash falls below `share` to the control group from `moment` on.

    Members stay members whatever the share becomes. Returns how many were added; safe to repeat.
    """
    salt = load_settings().require("holdout_salt")
    parameters = {
        "customer_ids": customer_ids,
        "moment": moment,
        "share": share,
        "salt": salt,
        "salt_digest": hashlib.sha256(salt.encode()).hexdigest()[:16],
    }
    return connection.execute(_ASSIGN_SQL, parameters).rowcount
