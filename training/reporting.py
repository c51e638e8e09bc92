"""Report what is known: the list of models, and everything about one."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from perennial.database import Role, connect
from perennial.horizons import Horizon, read_horizons
from training.evaluation.training_summary import TrainingSummary
from training.evaluation.value_status import ValueStatus, value_statuses
from training.promotion.champions import Promotion, champion, promotions
from training.registry.attempts import Attempt, attempt_of, attempts
from training.registry.run_artifacts import plot_urls, run_url
from training.score_table import InterceptUpdate, newest_intercept_update
from training.specs import SPECS, Spec, find_spec


@dataclass(frozen=True)
class ModelLine:
    """One model in a list. `message`: the champion's quality, or why there is none. `metrics`, `baseline`: held out.

    `horizon`: what decided `horizon_days`, and when it should change (`announcement`).
    """

    model: str
    stage: str | None
    meaning: str
    horizon_days: int
    champion: str | None
    trained_as_of: date | None
    message: str
    metrics: dict[str, float]
    baseline: dict[str, float]
    horizon: Horizon
    announcement: str | None


@dataclass(frozen=True)
class ModelReport:
    """Everything about a model.

    `summary`: of its champion's training, or of the latest attempt when there is no champion; None where it gave no
    model. `plots`: MLflow's page of each. `history`: the decisions about who is champion. Both lists oldest first.
    """

    line: ModelLine
    summary: TrainingSummary | None
    intercept_update: InterceptUpdate | None
    plots: dict[str, str]
    run_url: str | None
    history: list[Promotion]
    attempts: list[Attempt]

    @property
    def value_statuses(self) -> dict[str, ValueStatus]:
        """Of the amounts of each stage; empty for a model of probabilities."""
        return value_statuses(self.summary.kind, self.summary.evaluation) if self.summary else {}

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON holds it; `level`, `validation` and `pictures` are deprecated names."""
        update = asdict(self.intercept_update) if self.intercept_update else None
        summary = self.summary.to_json() if self.summary else {}
        losses = summary.get("validation_losses", {})
        return {
            "line": asdict(self.line),
            "intercept_update": update,
            "level": update,
            "candidate": summary.get("candidate"),
            **_evaluation_content(summary.get("evaluation") or {}, self.value_statuses),
            "validation_losses": losses,
            "validation": losses,
            "periods": summary.get("periods", {}),
            "importances": summary.get("importances", {}),
            "plots": self.plots,
            "pictures": self.plots,
            "run_url": self.run_url,
            "history": [asdict(decision) for decision in self.history],
            "attempts": [attempt.to_dict() for attempt in self.attempts],
        }


def list_models() -> list[ModelLine]:
    """Every spec with its champion, in the order of the table of specs."""
    horizons = _horizons()
    return [_line(spec, horizons[name]) for name, spec in SPECS.items()]


def report(model: str) -> ModelReport:
    """Everything known of a model. Raises UnknownModelError listing those there are."""
    spec = find_spec(model)
    attempt = _reported_attempt(spec)
    summary = attempt.summary if attempt else None
    return ModelReport(
        line=_line(spec, _horizons()[spec.name]),
        summary=summary,
        intercept_update=newest_intercept_update(spec.name),
        plots=plot_urls(summary) if summary else {},
        run_url=run_url(summary) if summary else None,
        history=promotions(spec.name),
        attempts=attempts(spec.name),
    )


def _reported_attempt(spec: Spec) -> Attempt | None:
    current = champion(spec.name)
    if current:
        return attempt_of(spec.name, current)
    tried = attempts(spec.name)
    return tried[-1] if tried else None


def _horizons() -> dict[str, Horizon]:
    with connect(Role.READER) as connection:
        return read_horizons(connection)


def _line(spec: Spec, horizon: Horizon) -> ModelLine:
    attempt, current = _reported_attempt(spec), champion(spec.name)
    evaluation = attempt.summary.evaluation if attempt and attempt.summary else None
    message = attempt.message if attempt else "not trained yet"
    if attempt and not current and attempt.outcome == "trained":
        decided = promotions(spec.name)
        message = f"no champion: {decided[-1].evidence['reason'] if decided else 'the training was left undecided'}"
    return ModelLine(
        model=spec.name,
        stage=spec.stage,
        meaning=spec.meaning,
        horizon_days=horizon.horizon_days,
        champion=current,
        trained_as_of=attempt.as_of if attempt else None,
        message=message,
        metrics=evaluation.model.metrics if evaluation else {},
        baseline=evaluation.baseline.metrics if evaluation else {},
        horizon=horizon,
        announcement=horizon.announcement,
    )


def _evaluation_content(evaluation: dict[str, Any], statuses: dict[str, ValueStatus]) -> dict[str, Any]:
    quality = evaluation.get("model") or {}
    calibration = quality.get("calibration") or {}
    counts = ("rows", "customers", "predicted", "observed")
    stages = (evaluation.get("stages") or {}).items()
    return {
        "loss": evaluation.get("loss"),
        "improvement": evaluation.get("improvement") or {},
        "calibration_error": calibration.get("error") or {},
        "calibration_floor": calibration.get("floor"),
        "stages": [
            {
                "stage": stage,
                **{name: part[name] for name in counts},
                "error": part["error"]["estimate"],
                "low": part["error"]["low"],
                "high": part["error"]["high"],
                "difference": part["difference"],
                "status": statuses.get(stage),
            }
            for stage, part in stages
        ],
        "lift": quality.get("lift") or [],
    }
