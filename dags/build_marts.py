"""
# build_marts

Runs dbt from raw events to marts as of one day, then lets the gate decide whether the marts may be used.

**Reads** the asset `events`, schema `raw`. **Writes** schemas `staging`, `intermediate`, `marts`;
`gate.runs`; the asset `marts`.

## When red

- `build`: the error begins with the failed dbt model or test and its message; the log lists every one with its
  outcome. Only what may pass by itself (PostgreSQL did not answer, a deadlock) is tried again. Reproduce it:
  `dbt build --select MODEL` with the environment of `perennial env`.
- `validate`: the marts were built but may not be used; the log says what was expected and what was found.
  Nothing downstream starts, and the last good audiences stay in place. Mend the model or the data and trigger
  again.

## Parameters

`as_of`: the day to compute for; a backfill is a loop over days. `full_refresh`: rebuild the incremental
models from nothing.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from airflow.sdk import Asset, Metadata, Param, dag, task
from airflow.sdk.exceptions import AirflowFailException

from perennial.as_of import chosen_as_of

EVENTS = Asset("events", uri="perennial://raw/events")
MARTS = Asset("marts", uri="perennial://warehouse/marts")
AS_OF = "{{ chosen_as_of(params, triggering_asset_events) }}"


@dag(
    schedule=[EVENTS],
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["perennial", "warehouse"],
    params={
        "as_of": Param(None, type=["null", "string"], format="date", description="Day to compute for"),
        "full_refresh": Param(False, type="boolean", description="Rebuild incremental models from nothing"),
    },
    user_defined_macros={"chosen_as_of": chosen_as_of},
    default_args={"retries": 1, "retry_delay": timedelta(seconds=15), "pool": "warehouse"},
)
def build_marts() -> None:
    @task(execution_timeout=timedelta(hours=2))
    def build(as_of: str, *, params: dict | None = None) -> str:
        from perennial.warehouse import BuildFailedError, build

        day = date.fromisoformat(as_of) if as_of else None
        try:
            report = build(day, full_refresh=bool((params or {}).get("full_refresh")))
        except BuildFailedError as error:
            if error.is_of_the_moment:
                raise
            raise AirflowFailException(str(error)) from error
        print(report)
        return report.as_of.isoformat()

    @task(outlets=[MARTS], execution_timeout=timedelta(minutes=30), retries=0)
    def validate(as_of: str) -> Iterator[Metadata]:
        from expectations import validate_marts

        print(validate_marts(date.fromisoformat(as_of)))
        yield Metadata(MARTS, extra={"as_of": as_of})

    validate(build(as_of=AS_OF))


build_marts()
