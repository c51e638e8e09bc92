"""The status of the control group: how many, since when, and the clusters it was drawn over."""

from dataclasses import dataclass
from datetime import datetime

from psycopg.rows import class_row

from perennial.database import Role, connect
from perennial.holdout.clusters import read_clusters
from perennial.lifecycle import load_lifecycle
from perennial.tables import HOLDOUT_MEMBERS, MARTS_CUSTOMERS


@dataclass(frozen=True)
class Spell:
    """How many customers joined at one moment, and how many of them still are members."""

    valid_from: datetime
    count_joined: int
    count_members: int


@dataclass(frozen=True)
class HoldoutStatus:
    """`share`: of new customers, held out from now on. `share_held`: of all known customers, held out now."""

    share: float
    count_customers: int
    count_members: int
    count_clusters: int
    largest_cluster: int
    spells: list[Spell]

    @property
    def share_held(self) -> float:
        return self.count_members / self.count_customers if self.count_customers else 0.0


def read_status() -> HoldoutStatus:
    """The control group now. Raises LookupError before the first marts are built."""
    with connect(Role.READER) as connection:
        if connection.execute("select to_regclass(%s)", [MARTS_CUSTOMERS]).fetchone() == (None,):
            raise LookupError("No customer is known yet: `perennial run` builds the marts and draws the control group.")
        (count_customers,) = connection.execute(f"select count(*) from {MARTS_CUSTOMERS}").fetchone() or (0,)
        clusters = read_clusters(connection)
        with connection.cursor(row_factory=class_row(Spell)) as cursor:
            spells = cursor.execute(_SPELLS_SQL).fetchall()
    return HoldoutStatus(
        share=load_lifecycle().holdout_share,
        count_customers=int(count_customers),
        count_members=sum(spell.count_members for spell in spells),
        count_clusters=len(set(clusters.of.values())),
        largest_cluster=max(map(len, clusters.of.values()), default=1),
        spells=spells,
    )


_SPELLS_SQL = f"""
    select
        valid_from,
        count(*) as count_joined,
        count(*) filter (where valid_to is null) as count_members
    from {HOLDOUT_MEMBERS}
    group by valid_from
    order by valid_from
"""
