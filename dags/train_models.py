"""
# train_models

Trains, evaluates and registers each model that is due, one task per model. A challenger takes over as `champion`
only when it is measurably better on the same later rows and stays calibrated; `predictions.promotions` says
why.

**Reads** the asset `features`, `marts.label_*`. **Writes** MLflow, `predictions.evaluations`,
`predictions.promotions`; the asset `models`.

A model is due when it has no champion yet, when the last training is older than
`training.retrain_after_days` in `lifecycle.yml`, or when its data or predictions have drifted since
(`experiments.drift`); the log says which. A model that is not due is skipped in a second.

## When red

- `train`: the log ends with the model's reason. "Too few positives" is no failure: the task stays green, and
  the stage's audience keeps its rule-based order. Red means an error: MLflow unreachable (`perennial
  status`), or a broken feature. The other models and the last champion stay in place; clear the mapped task
  to try again.

## Parameters

`as_of`: the day to train as of. `force`: train although not due. `models`: only these.
"""

from collections.abc import Iterator
from datetime import timedelta

from airflow.sdk import Asset, Metadata, Param, dag, task

from perennial.as_of import chosen_as_of, day_or_default
from perennial.models import load_models

FEATURES = Asset("features", uri="perennial://feast/features")
MODELS = Asset("models", uri="perennial://mlflow/models")
AS_OF = "{{ chosen_as_of(params, triggering_asset_events) }}"
EVERY_MODEL = list(load_models())


@dag(
    schedule=[FEATURES],
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["perennial", "training"],
    params={
        "as_of": Param(None, type=["null", "string"], format="date", description="Day to train as of"),
        "force": Param(False, type="boolean", description="Train although not due"),
        "models": Param(EVERY_MODEL, type="array", items={"type": "string", "enum": EVERY_MODEL}),
    },
    user_defined_macros={"chosen_as_of": chosen_as_of},
    default_args={"retries": 1, "retry_delay": timedelta(seconds=15)},
)
def train_models() -> None:
    @task(execution_timeout=timedelta(hours=2), map_index_template="{{ task.op_kwargs['model'] }}")
    def train(model: str, as_of: str, *, params: dict | None = None) -> str:
        from training import SPECS, train, why_due

        spec, day = SPECS[model], day_or_default(as_of)
        options = params or {}
        if model not in options.get("models", EVERY_MODEL):
            return f"{model}: not asked for"
        why = "asked for" if options.get("force") else why_due(spec, day)
        if why is None:
            return f"{model}: not due"
        print(f"{model}: {why}")
        report = train(spec, day)
        print(report)
        return str(report)

    @task(outlets=[MODELS], execution_timeout=timedelta(minutes=5))
    def announce(reports: list[str], as_of: str) -> Iterator[Metadata]:

        print("\n".join(reports))
        yield Metadata(MODELS, extra={"as_of": day_or_default(as_of).isoformat()})

    announce(train.partial(as_of=AS_OF).expand(model=EVERY_MODEL), as_of=AS_OF)


train_models()
