"""Score every eligible customer with the champion: probability or value, percentile, band and reasons."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import pandas as pd
from threadpoolctl import threadpool_limits

from perennial.as_of import snapshot_at
from perennial.consent import PROFILING
from perennial.customer_sample import in_part_sql
from perennial.database import Role, connect
from perennial.features import FeatureColumn, historical_features, read_contract
from perennial.stages import Stage
from perennial.tables import MARTS_CUSTOMER_STAGES
from training.calibration.intercept_update import shift_log_odds
from training.calibration.served_intercept import served_intercept
from training.data.labels import Labels
from training.data.rows import feature_matrix
from training.evaluation.training_summary import TrainingPopulation
from training.evaluation.value_status import ValueStatus, value_statuses
from training.explanation.contributions import explainer_of
from training.explanation.reasons import strongest_reasons
from training.promotion.champions import champion, follow_promotions, lock_decisions
from training.registry.run_artifacts import read_summary
from training.registry.versions import LoadedModel, load_version
from training.score_table import Score, add_to_draft, create_draft, publish_draft
from training.specs import PredictionKind, Spec

CHUNK = 10_000
_DIGITS = 9


class MissingColumnsError(RuntimeError):
    """The champion reads features that the warehouse no longer has; the message names them and the fix."""


@dataclass(frozen=True)
class ScoreReport:
    """How many customers were scored for a day, and by which version (None: no champion, so nobody)."""

    model: str
    as_of: date
    version: str | None
    count_scored: int
    count_changed: int
    message: str
    seconds: float

    def __str__(self) -> str:
        return f"{self.model}: {self.message} ({self.seconds:.1f} s)"


def score(spec: Spec, as_of: date) -> ScoreReport:
    """`predictions.scores` holds exactly this day's eligible customers, scored by the champion of that day.

    Eligible: in the model's stage at the end of `as_of`, with consent to profiling. Probabilities carry the intercept
    update of the day (`served_intercept`); amounts are withheld in stages where they were off (`value_status`). All in
    one transaction; the same inputs leave every row unchanged, `scored_at` included. Without a champion there are no
    scores, and the report says so.
    Raises MissingColumnsError, and LabelsMissingError without marts.
    """
    started = time.monotonic()
    with lock_decisions(spec.name):
        follow_promotions(spec.name)
    version = champion(spec.name, as_of)
    scored, shift = 0, None
    with connect(Role.PUBLISHER) as connection, threadpool_limits(1):
        create_draft(connection)
        if version:
            scorer = Scorer(spec, load_version(spec.name, version))
            shift = served_intercept(_labels(spec, as_of, version), scorer.model.estimator)
            for chunk in _eligible_chunks(spec, as_of):
                add_to_draft(connection, scorer.score(chunk, shift))
                scored += len(chunk)
        changed = publish_draft(connection, spec.name, as_of, shift)
    message = "no champion, so nobody is scored"
    if version:
        update = f" (intercept update {shift:+.2f} in log odds)" if shift else ""
        message = f"{scored} customers scored by version {version}{update}, {changed} rows changed"
    return ScoreReport(spec.name, as_of, version, scored, changed, message, time.monotonic() - started)


class Scorer:
    """A champion that scores and explains customers chunk by chunk. Raises MissingColumnsError when made."""

    def __init__(self, spec: Spec, model: LoadedModel) -> None:
        self.spec, self.model = spec, model
        self._columns: dict[str, FeatureColumn] = {column.name: column for column in read_contract().features}
        missing = [name for name in model.columns if name not in self._columns]
        if missing:
            raise MissingColumnsError(
                f"{spec.name} version {model.version} reads {', '.join(missing)}, which the marts no longer have. "
                "Train it again: `perennial run`."
            )
        self._explain = explainer_of(model.estimator)
        self._statuses = self._read_statuses()

    def score(self, customers: pd.DataFrame, shift: float | None) -> Iterator[Score]:
        """A score for each row of `customers` (customer_id, stage_then and features), the log odds moved by `shift`."""
        features = feature_matrix(customers, self.model.columns)
        reasons = strongest_reasons(self.spec, features, self._explain(features), self._columns)
        amounts = _amounts(self.model, features, shift)
        for customer, stage, amount, why in zip(
            customers["customer_id"], customers["stage_then"], amounts, reasons, strict=True
        ):
            yield Score(customer, stage, *amount, why, self.model.version, self._status(stage))

    def _status(self, stage: str) -> ValueStatus | None:
        if self.spec.kind is PredictionKind.PROBABILITY:
            return None
        return self._statuses.get(stage, ValueStatus.WITHHELD)

    def _read_statuses(self) -> dict[str, ValueStatus]:
        if self.spec.kind is PredictionKind.PROBABILITY:
            return {}
        return value_statuses(self.spec.kind, read_summary(self.spec.name, self.model.version).evaluation)


def _labels(spec: Spec, as_of: date, version: str) -> Labels:
    """The labels of the population that the version was trained on."""
    newcomers = TrainingPopulation.NEWCOMERS
    is_of_newcomers = spec.is_about_newcomers and read_summary(spec.name, version).training_population is newcomers
    return Labels(spec.in_force(), as_of, is_of_newcomers=is_of_newcomers)


def _amounts(
    model: LoadedModel, features: pd.DataFrame, shift: float | None
) -> list[tuple[float | None, float | None, float | None]]:
    """Probability, value and expected orders of each row, rounded beyond what any rule could depend on."""
    if shift is not None:
        probability = shift_log_odds(model.estimator.predict_proba(features)[:, 1], shift)
        return [(round(float(p), _DIGITS), None, None) for p in probability]
    return [
        (None, round(float(value), 4), round(float(orders), 4)) for value, orders in model.estimator.predict(features)
    ]


def _eligible_chunks(spec: Spec, as_of: date) -> Iterator[pd.DataFrame]:
    with connect(Role.READER) as connection:
        row = connection.execute(f"select count(*) from ({_eligible_sql(spec, as_of)}) as eligible").fetchone()
    count = int(row[0]) if row else 0
    parts = -(-count // CHUNK)
    for part in range(parts):
        in_part = in_part_sql("customer_id", part, parts)
        entity_sql = f"select * from ({_eligible_sql(spec, as_of)}) as eligible where {in_part}"
        frame = historical_features(entity_sql, spec.feature_service)
        if not frame.empty:
            yield frame


def _eligible_sql(spec: Spec, as_of: date) -> str:
    end = snapshot_at(as_of).isoformat()
    in_stage = f"stage = '{spec.stage}'" if spec.stage else f"stage <> '{Stage.PROSPECT}'"
    return f"""
        select customer_id, snapshot_at as event_timestamp, stage as stage_then
        from {MARTS_CUSTOMER_STAGES}
        inner join consent.granted('{PROFILING}', '{end}'::timestamptz) as consented using (customer_id)
        where snapshot_on = '{as_of.isoformat()}' and {in_stage}
    """
