"""What is known of a finished training, and its one JSON form: MLflow's evaluation.json and the column
`predictions.evaluations.metrics`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any

from pydantic import Field, PlainSerializer, TypeAdapter

from perennial.stages import PredictionKind
from perennial.statistics import Population
from training.evaluation.contracts import Evaluation

PLOTS = ("reliability", "lift", "importances")

# Keys of release 0.1, read and still written for one release.
_RENAMED = {
    "seen_until": "training_data_end",
    "learns_of": "training_population",
    "calibrated_on": "calibration_population",
    "validation": "validation_losses",
    "data_moment": "data_as_of",
}
_OLD_UNTREATED = "unmessaged"


class TrainingPopulation(StrEnum):
    """Whose rows a model was trained on."""

    NEWCOMERS = "newcomers"
    EVERYONE = "everyone"


@dataclass(frozen=True)
class PeriodSummary:
    """The rows of one period: its first and last snapshot day, counts, and the mean label or revenue."""

    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]
    snapshots: int
    rows: int
    customers: int
    mean: float


@dataclass(frozen=True)
class TrainingSummary:
    """One training: what was fitted on which data, and how good it is on held-out rows.

    `candidate`, `calibration`: the fitted candidate and its calibration method. `validation_losses`: mean loss of each
    candidate in the selection. `data_as_of`: when the features were known. `training_data_end`: labels up to this day
    have been seen by the fit or the calibration. `evaluation` None: there were no labels to evaluate the model on.
    `importances`: growth of the held-out loss when a feature is shuffled. `plots`: paths among the run's artifacts.
    """

    kind: PredictionKind
    meaning: str
    message: str
    candidate: str
    baseline: str
    calibration: str
    horizon_days: int
    feature_service: str
    data_as_of: Annotated[datetime, PlainSerializer(datetime.isoformat)]
    training_data_end: date
    periods: dict[str, PeriodSummary]
    evaluation: Evaluation | None = None
    validation_losses: dict[str, float] = field(default_factory=dict)
    importances: dict[str, float] = field(default_factory=dict)
    training_population: TrainingPopulation | None = None
    calibration_population: Population | None = None
    plots: tuple[str, ...] = ()
    run_id: str | None = None
    experiment_id: str | None = None

    def to_json(self) -> dict[str, Any]:
        """The JSON object, with the keys of release 0.1 beside those that were renamed."""
        content: dict[str, Any] = _adapter().dump_python(self, mode="json", by_alias=True)
        old = {old_key: content[key] for old_key, key in _RENAMED.items()}
        if old["calibrated_on"] == Population.UNTREATED:
            old["calibrated_on"] = _OLD_UNTREATED
        return content | old

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "TrainingSummary":
        """The summary in a JSON object, of release 0.1 too. Raises pydantic.ValidationError for any other object."""
        content = {key: document[old_key] for old_key, key in _RENAMED.items() if old_key in document} | dict(document)
        if content.get("calibration_population") == _OLD_UNTREATED:
            content["calibration_population"] = Population.UNTREATED
        if content.get("evaluation"):
            content.setdefault("plots", [f"pictures/{name}.png" for name in PLOTS])
        return _adapter().validate_python(content)


@lru_cache
def _adapter() -> TypeAdapter[TrainingSummary]:
    return TypeAdapter(TrainingSummary)
