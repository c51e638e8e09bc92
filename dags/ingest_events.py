"""
# ingest_events

Loads the files in the home's `inbox/`, and what changed in the warehouse's tables that `lifecycle.yml` names under
`tables`, into `raw.events`, checks the raw data, and so starts the
chain: `build_marts`, `materialize_features`, `train_models`, `publish_audiences`.

**Reads** `inbox/*.jsonl[.gz]` (`.json`, `.ndjson` too). **Writes** `raw.events`, `raw.rejected_events`,
`raw.data_issues`, `raw.table_cursors`, `consent.ledger`, `consent.suppressions`, `gate.runs`; the asset `events`.

## When red

- `load_inbox`: the log names the file and what to type; it lies in `inbox/failed/`, or still in `inbox/` when it could
  not be opened, and `raw.data_issues` names it too. The other files are in (`inbox/done/`) and the chain goes on
  without it: mend it and put it back. Nothing is loaded twice.
  Of a table, the log says what its view lacks, or which `grant` to type.
- `validate_raw`: the log lists what was expected and what was found, with a link to Data Docs. Usually a
  half-empty delivery: deliver what is missing and trigger the DAG again. Until then the last good audiences stay in
  place.

## Parameters

`as_of`: the day to compute everything for (YYYY-MM-DD); empty means the newest day that events have made
(a few stray events do not).
"""

from collections.abc import Iterator
from datetime import timedelta

from airflow.sdk import Asset, Metadata, Param, dag, task

from perennial.as_of import chosen_as_of, day_or_default
from perennial.lifecycle import load_lifecycle

EVENTS = Asset("events", uri="perennial://raw/events")
AS_OF = "{{ chosen_as_of(params, triggering_asset_events) }}"


@dag(
    schedule=load_lifecycle().schedule,
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["perennial", "ingestion"],
    params={"as_of": Param(None, type=["null", "string"], format="date", description="Day to compute for")},
    user_defined_macros={"chosen_as_of": chosen_as_of},
    default_args={"retries": 2, "retry_delay": timedelta(seconds=15), "pool": "warehouse"},
)
def ingest_events() -> None:
    @task(execution_timeout=timedelta(hours=2))
    def load_inbox() -> list[str]:
        from perennial.ingestion import ingest_inbox, ingest_tables

        # A file that cannot be loaded does not keep the tables of the warehouse waiting.
        try:
            reports = ingest_inbox()
        finally:
            tables = ingest_tables()
        return [*map(str, reports), *(str(table.ingested) for table in tables)]

    # One file that cannot be loaded does not keep the others waiting.
    @task(outlets=[EVENTS], execution_timeout=timedelta(minutes=30), retries=0, trigger_rule="all_done")
    def validate_raw(as_of: str) -> Iterator[Metadata]:
        from expectations import validate_raw

        day = day_or_default(as_of)
        print(validate_raw(day))
        yield Metadata(EVENTS, extra={"as_of": day.isoformat()})

    load_inbox() >> validate_raw(as_of=AS_OF)


ingest_events()
