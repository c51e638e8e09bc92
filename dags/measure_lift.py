"""
# measure_lift

Measures what worked: the effect of each stage's audience against the control group, as known at the end of
the day, with intervals that hold however often one looks; the calibration gap of the predictions whose
horizon has closed, and the drift since training; whom a message moves, and, where the data supports it,
publishes those as audiences of their own (`winback__persuadables`, `winback__do_not_disturb`).

**Reads** the asset `audiences`, `audiences.members`, `marts.orders`, `marts.label_*`, `predictions.scores`,
`experiments.holdout_members`, Feast. **Writes** `experiments.lift`, `experiments.calibration`,
`experiments.drift`, `experiments.uplift`, `predictions.uplift`, `audiences.runs`, `audiences.members`.

"Cannot tell yet" is an answer, not a failure: the row says how many days are missing. `perennial experiments
lift` shows the newest.

## When red

- `measure`, `compare`, `find_movable`: the log names what is missing, or says that the marts are of an earlier
  day by now (another run rebuilt them); `perennial run --as-of DATE` of this day puts it back. A day's rows are
  replaced, never doubled: clear the task to measure again.
- `publish_movable`: the log names the gate that refused, as in `publish_audiences`.
- Nothing else waits for this DAG: the stages' audiences are published whatever it says.

## Parameters

`as_of`: the day to measure as of; empty means the day that was published.
"""

from datetime import timedelta

from airflow.sdk import Asset, Param, dag, task

from perennial.as_of import chosen_as_of, day_or_default
from perennial.stages import Stage

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
        from perennial.stage_trials import measure_lift

        rows = measure_lift(day_or_default(as_of))
        print("\n".join(map(str, rows)))
        return [str(row) for row in rows]

    @task(execution_timeout=timedelta(hours=1))
    def compare(as_of: str) -> list[str]:
        from perennial.monitoring import measure_calibration_gap, measure_drift

        day = day_or_default(as_of)
        reports = [str(measure_calibration_gap(day)), str(measure_drift(day))]
        print("\n".join(reports))
        return reports

    @task(execution_timeout=timedelta(hours=2), map_index_template="{{ task.op_kwargs['stage'] }}")
    def find_movable(stage: str, as_of: str) -> str:
        from perennial.stage_trials import estimate_stage

        found = estimate_stage(stage, day_or_default(as_of))
        print(found)
        return str(found)

    @task(execution_timeout=timedelta(hours=1))
    def publish_movable(as_of: str) -> list[str]:
        from perennial.audiences import publish_segments

        day = day_or_default(as_of)
        runs = [run for stage in Stage for run in publish_segments(stage, day)]
        print("\n".join(map(str, runs)) or "No stage's data supports a segment.")
        return [str(run) for run in runs]

    found = find_movable.partial(as_of=AS_OF).expand(stage=[stage.value for stage in Stage])
    [measure(as_of=AS_OF), compare(as_of=AS_OF)] >> found >> publish_movable(as_of=AS_OF)


measure_lift()
