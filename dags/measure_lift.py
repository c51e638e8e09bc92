"""
# measure_lift

Says what worked: the effect of each stage's audience against the control group, as known at the end of the
day, with intervals that hold however often one looks.

**Reads** the asset `audiences`, `audiences.members`, `marts.orders`, `experiments.holdout_members`. **Writes**
`experiments.lift`.

"Cannot tell yet" is an answer, not a failure: the row says how many days are missing. `perennial experiments
lift` shows the newest.

## When red

- `measure`: the log names the table or column that is missing; `build_marts` of the same day puts it back.
  Nothing else waits for this DAG: audiences are published whatever it says. Clear the task to measure again;
  a day's rows are replaced, never doubled.

## Parameters

`as_of`: the day to measure as of; empty means the day that was published.
"""

from datetime import date, timedelta

from airflow.sdk import Asset, Param, dag, task

from perennial.moments import chosen_as_of

AUDIENCES = Asset("audiences", uri="perennial://warehouse/audiences")
AS_OF = "{{ chosen_as_of(params, triggering_asset_events) }}"


@dag(
    schedule=[AUDIENCES],
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["perennial", "experiments"],
    params={"as_of": Param(None, type=["null", "string"], format="date", description="Day to measure as of")},
    user_defined_macros={"chosen_as_of": chosen_as_of},
    default_args={"retries": 2, "retry_delay": timedelta(seconds=15), "pool": "warehouse"},
)
def measure_lift() -> None:
    @task(execution_timeout=timedelta(hours=1))
    def measure(as_of: str) -> list[str]:
        from perennial.experimentation import measure_lift
        from perennial.newest import newest_event_day

        rows = measure_lift(date.fromisoformat(as_of) if as_of else newest_event_day())
        print("\n".join(map(str, rows)))
        return [str(row) for row in rows]

    measure(as_of=AS_OF)


measure_lift()
