"""
# materialize_features

Registers the features that the dbt contracts mark, and brings the newest snapshot's values into the online
store.

**Reads** the asset `marts`, `marts.customer_features`. **Writes** Feast's registry and online store; the
asset `features`.

## When red

- `materialize`: usually a feature's `data_type` in `marts/customer_features.yml` that Feast has no type for
  (the log names the column), or the online store is down (`perennial status`). The task can be cleared and
  run again at any time: an older batch never overwrites a newer value.

## Parameters

`as_of`: the day whose snapshot to bring online; empty means the day the marts were built for.
"""

from collections.abc import Iterator
from datetime import timedelta

from airflow.sdk import Asset, Metadata, Param, dag, task

from perennial.as_of import chosen_as_of, day_or_default

MARTS = Asset("marts", uri="perennial://warehouse/marts")
FEATURES = Asset("features", uri="perennial://feast/features")
AS_OF = "{{ chosen_as_of(params, triggering_asset_events) }}"


@dag(
    schedule=[MARTS],
    catchup=False,
    max_active_runs=1,
    doc_md=__doc__,
    tags=["perennial", "features"],
    params={"as_of": Param(None, type=["null", "string"], format="date", description="Day to materialise")},
    user_defined_macros={"chosen_as_of": chosen_as_of},
    default_args={"retries": 2, "retry_delay": timedelta(seconds=15), "pool": "warehouse"},
)
def materialize_features() -> None:
    @task(outlets=[FEATURES], execution_timeout=timedelta(hours=1))
    def materialize(as_of: str) -> Iterator[Metadata]:
        from perennial.features import apply_feature_repo, materialize

        day = day_or_default(as_of)
        apply_feature_repo()
        print(materialize(day))
        yield Metadata(FEATURES, extra={"as_of": day.isoformat()})

    materialize(as_of=AS_OF)


materialize_features()
