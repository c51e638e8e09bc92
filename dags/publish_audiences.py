"""
# publish_audiences

Scores every eligible customer with each stage's champion, brings the scores online, and publishes each
stage's audience: all of it in one transaction, or the last good one stays.

**Reads** the asset `models`, the registry, Feast. **Writes** `predictions.scores`, the online store,
`audiences.runs`, `audiences.members`; the asset `audiences`.

## When red

- `score`: the log names the model. Its stage is not published from half a scoring; the last good audience
  stays in place.
- `publish`: the log names the gate that refused: a red gate, marts of another day, or a leak into the
  holdout. Publishing again changes nothing that was published already: clear the task once the cause is
  mended.

## Parameters

`as_of`: the day to publish; empty means the day the models were evaluated for.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from airflow.sdk import Asset, Metadata, Param, dag, task

from perennial.as_of import chosen_as_of, day_or_default
from perennial.models import load_models
from perennial.stages import Stage

MODELS = Asset("models", uri="perennial://mlflow/models")
AUDIENCES = Asset("audiences", uri="perennial://warehouse/audiences")
AS_OF = "{{ chosen_as_of(params, triggering_asset_events) }}"


@dag(
    schedule=[MODELS],
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["perennial", "audiences"],
    params={"as_of": Param(None, type=["null", "string"], format="date", description="Day to publish")},
    user_defined_macros={"chosen_as_of": chosen_as_of},
    default_args={"retries": 2, "retry_delay": timedelta(seconds=15), "pool": "warehouse"},
)
def publish_audiences() -> None:
    @task(execution_timeout=timedelta(hours=1), map_index_template="{{ task.op_kwargs['model'] }}")
    def score(model: str, as_of: str) -> str:
        from training import SPECS, score

        report = score(SPECS[model], day_or_default(as_of))
        print(report)
        return str(report)

    @task(execution_timeout=timedelta(hours=1))
    def bring_online(as_of: str) -> str:
        from perennial.features import materialize

        day = day_or_default(as_of)
        print(materialize(day, views=[f"{model}_scores" for model in load_models()]))
        return day.isoformat()

    @task(execution_timeout=timedelta(hours=1), map_index_template="{{ task.op_kwargs['stage'] }}")
    def publish(stage: str, day: str) -> str:
        from perennial.audiences import publish

        run = publish(Stage(stage), date.fromisoformat(day))
        print(run)
        return str(run)

    @task(outlets=[AUDIENCES], execution_timeout=timedelta(minutes=5))
    def announce(runs: list[str], day: str) -> Iterator[Metadata]:
        print("\n".join(runs))
        yield Metadata(AUDIENCES, extra={"as_of": day})

    day = bring_online(as_of=AS_OF)
    score.partial(as_of=AS_OF).expand(model=list(load_models())) >> day
    announce(publish.partial(day=day).expand(stage=[stage.value for stage in Stage]), day=day)


publish_audiences()
