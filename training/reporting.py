"""The doors that tell: which models there are, and everything known about one."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from perennial.database import Role, connect
from perennial.tables import PREDICTIONS_SCORES
from training.promotion.champions import Promotion, champion, promotions
from training.registry.attempts import Attempt, attempt_of, attempts
from training.registry.logging_run import picture_urls
from training.specs import SPECS, Spec, find_spec

PICTURES = ["reliability", "lift", "importances"]


@dataclass(frozen=True)
class ModelLine:
    """One model in a list. `message`: the champion's quality, or why there is none."""

    model: str
    stage: str | None
    meaning: str
    horizon_days: int
    champion: str | None
    trained_as_of: date | None
    message: str
    metrics: dict[str, float]
    baseline: dict[str, float]


@dataclass(frozen=True)
class StageCalibration:
    """Predicted beside observed among the held-out rows of one stage; the error with its 95 % interval."""

    stage: str
    rows: int
    customers: int
    predicted: float
    observed: float
    error: float
    low: float
    high: float


@dataclass(frozen=True)
class InterceptUpdate:
    """The shift in log odds that the newest day's scores carry."""

    as_of: date
    log_odds: float


@dataclass(frozen=True)
class ModelReport:
    """Everything about a model's champion, or its latest attempt when there is none: quality beside the baseline.

    `improvement`: baseline's mean loss minus the model's, with `low` and `high`. `pictures`: where MLflow shows each.
    """

    line: ModelLine
    intercept_update: InterceptUpdate | None
    candidate: str | None
    loss: str | None
    improvement: dict[str, float]
    calibration_error: dict[str, float]
    calibration_floor: float | None
    stages: list[StageCalibration]
    lift: list[float]
    validation: dict[str, float]
    periods: dict[str, dict[str, Any]]
    importances: dict[str, float]
    pictures: dict[str, str]
    run_url: str | None
    history: list[Promotion]
    attempts: list[Attempt]

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON holds it; `level` is the deprecated name of `intercept_update`."""
        content = asdict(self)
        return {**content, "level": content["intercept_update"]}


def list_models() -> list[ModelLine]:
    """Every spec with its champion, in the order of the table of specs."""
    return [_line(spec) for spec in SPECS.values()]


def report(model: str) -> ModelReport:
    """All that is known of a model. Raises UnknownModelError listing those there are."""
    spec = find_spec(model)
    told = _told_attempt(spec)
    summary = told.metrics if told else {}
    judged = summary.get("evaluation") or {}
    quality = judged.get("model") or {}
    urls = _urls(summary)
    return ModelReport(
        line=_line(spec),
        intercept_update=_newest_update(spec),
        candidate=summary.get("candidate"),
        loss=judged.get("loss"),
        improvement=judged.get("improvement") or {},
        calibration_error=(quality.get("calibration") or {}).get("error") or {},
        calibration_floor=(quality.get("calibration") or {}).get("floor"),
        stages=[_stage(name, part) for name, part in (judged.get("stages") or {}).items()],
        lift=quality.get("lift") or [],
        validation=summary.get("validation") or {},
        periods=summary.get("periods") or {},
        importances=summary.get("importances") or {},
        pictures=urls if judged else {},
        run_url=next(iter(urls.values())).split("/artifacts/")[0] if urls else None,
        history=promotions(spec.name),
        attempts=attempts(spec.name),
    )


def _newest_update(spec: Spec) -> InterceptUpdate | None:
    statement = f"""
        select as_of, intercept_update from {PREDICTIONS_SCORES}
        where model = %s and intercept_update is not null order by as_of desc limit 1
    """
    with connect(Role.READER) as connection:
        found = connection.execute(statement, [spec.name]).fetchone()
    return InterceptUpdate(*found) if found else None


def _told_attempt(spec: Spec) -> Attempt | None:
    reigning = champion(spec.name)
    if reigning:
        return attempt_of(spec.name, reigning)
    made = attempts(spec.name)
    return made[-1] if made else None


def _line(spec: Spec) -> ModelLine:
    told, reigning = _told_attempt(spec), champion(spec.name)
    judged = (told.metrics.get("evaluation") if told else None) or {}
    message = told.message if told else "not trained yet"
    if told and not reigning and told.outcome == "trained":
        decided = promotions(spec.name)
        message = f"no champion: {decided[-1].evidence['reason'] if decided else 'the training was left undecided'}"
    return ModelLine(
        model=spec.name,
        stage=spec.stage,
        meaning=spec.meaning,
        horizon_days=spec.horizon_days,
        champion=reigning,
        trained_as_of=told.as_of if told else None,
        message=message,
        metrics=(judged.get("model") or {}).get("metrics") or {},
        baseline=(judged.get("baseline") or {}).get("metrics") or {},
    )


def _stage(name: str, part: dict[str, Any]) -> StageCalibration:
    error = part["error"]
    counts = (part["rows"], part["customers"])
    return StageCalibration(
        name, *counts, part["predicted"], part["observed"], error["estimate"], error["low"], error["high"]
    )


def _urls(summary: dict[str, Any]) -> dict[str, str]:
    if "run_id" not in summary:
        return {}
    return picture_urls(summary["run_id"], summary["experiment_id"], PICTURES)
