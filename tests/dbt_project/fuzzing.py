"""A brand among hostile events: ingested as a file, built, its rows compared, and who is to blame for a red build."""

import json
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from perennial.ingestion import IngestReport, ingest_file
from perennial.warehouse import BuildFailedError
from tests.dbt_project.brand import Brand
from tests.dbt_project.hostile_events import Message
from tests.dbt_project.world import market

AS_OF = date(2021, 6, 9)
# What a brand has in common follows from everyone's orders: set by hand, no order changes another customer's row.
LIFECYCLE = {
    "stages": {
        "onboarding_orders": 1,
        "onboarding_days": 21,
        "slipping_after_gaps": 1,
        "slipping_share": 0.0001,
        "winback_after_days": 40,
        "unknown_cadence_days": 1,
    },
    "currency": "USD",
    "history_starts_on": "2021-03-01",
}
# So do the brand's best-selling departments, and its usual gap.
_OF_THE_BRAND = "^department_[0-9]+_|^brand_gap_ratio$|^usual_gap_to_brand$"
_SHOWN = 1_500
_TABLES = ("orders", "customers", "customer_stages", "customer_features")

Rows = dict[str, list[Any]]


class Neighbourhood:
    """A brand with customers of its own, built once; then whatever comes beside them."""

    def __init__(self, brand: Brand, folder: Path) -> None:
        self.brand, self._folder = brand, folder
        brand.load(market(seed=3, customers=40))
        brand.build(AS_OF, select=None)
        self._names = [name for (name,) in brand.all("select customer_id from marts.customers")]
        self.before = self.rows()

    def rows(self) -> Rows:
        """All that the marts say of the brand's own customers."""
        return {table: self.brand.all(_query(table), _OF_THE_BRAND, self._names) for table in _TABLES}

    def ingest(self, messages: Sequence[Message]) -> IngestReport:
        """The messages have come as a file."""
        path = self._folder / "hostile.jsonl"
        path.write_text("".join(f"{json.dumps(message)}\n" for message in messages))
        return ingest_file(path)

    def trouble(self) -> str | None:
        """What is wrong after a build: it is red, or rows of the neighbours have changed; None where all is well."""
        try:
            self.brand.build(AS_OF, select=None)
        except BuildFailedError as error:
            return str(error)
        after = self.rows()
        changed = [f"{table}: {row}" for table in _TABLES for row in after[table] if row not in self.before[table]]
        lost = [f"{table}: lost {row}" for table in _TABLES for row in self.before[table] if row not in after[table]]
        return "\n".join(line[:_SHOWN] for line in [*changed[:2], *lost[:2]]) or None

    def culprits(self, since_load: int) -> str:
        """The fewest events loaded after `since_load` that make trouble by themselves, as they are in raw.events."""
        execute = self.brand.connection.execute
        execute("create temporary table suspects as select * from raw.events where load_id > %s", [since_load])
        suspects = [
            message_id
            for (message_id,) in self.brand.all("select message_id from suspects order by length(message_id), 1")
        ]
        guilty = narrow(suspects, self._is_guilty)
        found = self.brand.all("select to_jsonb(t)::text from suspects as t where message_id = any(%s)", guilty)
        execute("drop table suspects")
        return "\n".join([f"{len(found)} events make it:", *(event[:_SHOWN] for (event,) in found[:10])])

    def newest_load(self) -> int:
        [(load_id,)] = self.brand.all("select max(load_id) from raw.events")
        return int(load_id)

    def _is_guilty(self, message_ids: Sequence[str]) -> bool:
        execute = self.brand.connection.execute
        execute("delete from raw.events where message_id in (select message_id from suspects)")
        self.brand.build(AS_OF, full_refresh=True)
        execute("update suspects set load_id = (select nextval('raw.load_ids'))")
        execute("insert into raw.events select * from suspects where message_id = any(%s)", [list(message_ids)])
        return self.trouble() is not None


def narrow(suspects: Sequence[str], is_guilty: Callable[[Sequence[str]], bool], probes: int = 60) -> list[str]:
    """Ever fewer suspects that are guilty together, until leaving out any one clears them, or the probes are spent.

    Delta debugging: Zeller and Hildebrandt (2002), https://doi.org/10.1109/32.988498.
    """
    kept, parts = list(suspects), 2
    while len(kept) > 1:
        size = -(-len(kept) // parts)
        pieces = [kept[start : start + size] for start in range(0, len(kept), size)]
        others = [[one for one in kept if one not in piece] for piece in pieces] if parts > 2 else []
        for position, tried in enumerate([*pieces, *others]):
            if probes == 0:
                return kept
            probes -= 1
            if is_guilty(tried):
                kept, parts = tried, 2 if position < len(pieces) else max(parts - 1, 2)
                break
        else:
            if parts >= len(kept):
                return kept
            parts = min(2 * parts, len(kept))
    return kept


def _query(table: str) -> str:
    row = "(select jsonb_object_agg(key, value) from jsonb_each(to_jsonb(t)) where key !~ %s)::text"
    return f"select {row} as content from marts.{table} as t where customer_id = any(%s) order by 1"
