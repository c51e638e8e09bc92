"""One brand of an odd shape through the chain, in the home of this process: the calls that the DAGs' tasks make."""

import os
import traceback
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import yaml


@dataclass
class Chain:
    """What became of a chain: `stopped_by`, the task that failed and its message; `models`, what became of each."""

    as_of: date
    stopped_by: str | None = None
    warnings: list[str] = field(default_factory=list)
    models: dict[str, str] = field(default_factory=dict)
    is_built: bool = False


def run_chain(file: Path, as_of: date, closed: dict[str, Any]) -> Chain:
    """Events in, audiences out, as of a day. What fails stops what comes after it, as in Airflow.

    `closed`: what the home's `lifecycle.yml` states under `closed`, where this version knows of it. After a red gate
    the marts are built all the same, so that stages can be measured.
    """
    from perennial.ingestion import ingest_file
    from perennial.warehouse import build

    _start(closed)
    print(ingest_file(str(file)), flush=True)
    chain = Chain(as_of)
    _task(chain, "validate_raw", _validate_raw)
    try:
        build(as_of)
        chain.is_built = True
    except Exception as error:  # noqa: BLE001  # whatever the version that is measured raises
        traceback.print_exc()
        chain.stopped_by = chain.stopped_by or f"build: {_first_line(error)}"
    for name, task in (("validate_marts", _validate_marts), ("materialize", _materialize), ("train", _train)):
        _task(chain, name, task)
    for name, task in (("score", _score), ("publish", _publish)):
        _task(chain, name, task)
    return chain


def _start(closed: dict[str, Any]) -> None:
    from perennial.lifecycle import DEFAULTS, load_lifecycle
    from perennial.platform import up
    from perennial.settings import load_settings

    up(announce=lambda _: None, services=("valkey", "mlflow"))
    load_settings.cache_clear()
    os.environ["MLFLOW_TRACKING_URI"] = load_settings().require("mlflow_url")
    settings = load_settings().home / "lifecycle.yml"
    if closed and "closed" in yaml.safe_load(DEFAULTS.read_text()):
        own = yaml.safe_load(settings.read_text()) if settings.exists() else {}
        settings.write_text(yaml.safe_dump({**own, "closed": closed}))
    load_lifecycle.cache_clear()


def _task(chain: Chain, name: str, task: Any) -> None:
    if chain.stopped_by is None:
        try:
            task(chain)
        except Exception as error:  # noqa: BLE001  # whatever the version that is measured raises
            traceback.print_exc()
            chain.stopped_by = f"{name}: {_first_line(error)}"


def _first_line(error: Exception) -> str:
    lines = [line for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    reasons = [line for line in lines if line.startswith("- ")] or lines[:1]
    return "; ".join(f"{type(error).__name__}: {reason.removeprefix('- ')[:160]}" for reason in reasons[:3])


def _validate_raw(chain: Chain) -> None:
    from expectations import validate_raw

    chain.warnings += [f"raw: {check.name}" for check in validate_raw(chain.as_of).warnings]


def _validate_marts(chain: Chain) -> None:
    from expectations import validate_marts

    chain.warnings += [f"marts: {check.name}" for check in validate_marts(chain.as_of).warnings]


def _materialize(chain: Chain) -> None:
    from perennial.features import apply_feature_repo, materialize

    apply_feature_repo()
    materialize(chain.as_of)


def _train(chain: Chain) -> None:
    from training import SPECS, train

    for name, spec in SPECS.items():
        chain.models[name] = str(train(spec, chain.as_of))
        print(chain.models[name], flush=True)


def _score(chain: Chain) -> None:
    from perennial.features import materialize
    from training import SPECS, score

    for spec in SPECS.values():
        score(spec, chain.as_of)
    materialize(chain.as_of, views=[f"{name}_scores" for name in SPECS])


def _publish(chain: Chain) -> None:
    from perennial.audiences import publish
    from perennial.stages import Stage

    for stage in Stage:
        publish(stage, chain.as_of)
