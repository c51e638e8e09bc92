"""Whether the control group is kept: nobody of it is sent to, under their own id or another of the same person."""

from dataclasses import dataclass
from typing import Any

import psycopg

from perennial.holdout.clusters import Clusters
from perennial.tables import AUDIENCES_MEMBERS, AUDIENCES_RUNS, HOLDOUT_DRAWS, HOLDOUT_MEMBERS

_HELD_SQL = f"""
    select customer_id from {HOLDOUT_MEMBERS} where valid_to is null
    union
    (select customer_id from {HOLDOUT_DRAWS} where is_held
    except
    select customer_id from {HOLDOUT_MEMBERS} where valid_to is not null)
"""

EXPORTED_SQL = f"""
    with newest as (
        select distinct on (stage) run_id from {AUDIENCES_RUNS} order by stage, as_of desc, published_at desc
    )

    select members.customer_id, members.run_id as place
    from {AUDIENCES_MEMBERS} as members
    inner join newest on members.run_id = newest.run_id
    where not members.is_holdout
"""
"""Whom the newest run of each stage would send to."""


@dataclass(frozen=True)
class Leak:
    """A customer whom `place` would send to although `held_customer_id`, the same person, is in the control group."""

    customer_id: str
    held_customer_id: str
    place: str

    def __str__(self) -> str:
        if self.customer_id == self.held_customer_id:
            return f"{self.customer_id} is in the control group and would be sent to by {self.place}"
        return (
            f"{self.customer_id} would be sent to by {self.place} and is one person with {self.held_customer_id}, "
            "who is in the control group"
        )


def find_leaks(connection: psycopg.Connection[Any], clusters: Clusters, reached_sql: str = EXPORTED_SQL) -> list[Leak]:
    """The leaks among the customers that `reached_sql` gives (columns customer_id and place), in order of customer."""
    held = {customer_id for (customer_id,) in connection.execute(_HELD_SQL.encode())}
    same_person = _tied_to(held, clusters)
    reached = connection.execute(
        f"select customer_id, place from ({reached_sql}) as reached where customer_id = any(%s) order by 1, 2".encode(),
        [list(same_person)],
    )
    return [Leak(customer_id, same_person[customer_id], place) for customer_id, place in reached]


def _tied_to(held: set[str], clusters: Clusters) -> dict[str, str]:
    """Every customer who must not be sent to, and on whose account: their own, or that of one of their cluster."""
    tied = {member: one for one in sorted(held) for member in clusters.members(one)}
    return tied | {one: one for one in held}
