"""The door that speaks: every eligible customer's score by the champion, with percentile, band and reasons."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import pandas as pd
import psycopg
from psycopg.types.json import Jsonb
from threadpoolctl import threadpool_limits

from perennial.as_of import snapshot_at
from perennial.consent import PROFILING
from perennial.customer_sample import in_part_sql
from perennial.database import Role, connect
from perennial.features import historical_features, read_contract
from perennial.lifecycle import load_lifecycle
from perennial.stages import Stage
from perennial.tables import MARTS_CUSTOMER_STAGES, PREDICTIONS_SCORES
from training.calibration.intercept_update import shift_log_odds
from training.calibration.served_intercept import served_intercept
from training.data.rows import as_matrix
from training.explanation.contributions import explainer_of
from training.explanation.reasons import strongest_reasons
from training.promotion.champions import champion, follow_promotions, only_one
from training.registry.versions import Loaded, load_version
from training.specs import Spec

CHUNK = 10_000
_DIGITS = 9
_KEYS = ("customer_id", "event_timestamp", "stage_then")


class ColumnsGoneError(RuntimeError):
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
    update of the day (`served_intercept`). All in one transaction; the same inputs leave every row unchanged,
    `scored_at` included. Without a champion there are no scores, and the report says so.
    Raises ColumnsGoneError, and LabelsMissingError without marts.
    """
    started = time.monotonic()
    with only_one(spec.name):
        follow_promotions(spec.name)
    version = champion(spec.name, as_of)
    model = load_version(spec.name, version) if version else None
    scored, shift = 0, None
    with connect(Role.PUBLISHER) as connection, threadpool_limits(1):
        connection.execute(_CREATE_DRAFT)
        if model:
            _require_columns(spec, model)
            shift = served_intercept(spec, model, as_of)
            scored = _fill_draft(connection, spec, as_of, model, shift)
        changed = _publish(connection, spec, as_of, shift)
    moved = f" (intercept update {shift:+.2f} in log odds)" if shift else ""
    told = f"{scored} customers scored by version {version}{moved}, {changed} rows changed"
    told = told if version else "no champion, so nobody is scored"
    return ScoreReport(spec.name, as_of, version, scored, changed, told, time.monotonic() - started)


def _require_columns(spec: Spec, model: Loaded) -> None:
    there = {column.name for column in read_contract().features}
    gone = [name for name in model.columns if name not in there]
    if gone:
        raise ColumnsGoneError(
            f"{spec.name} version {model.version} reads {', '.join(gone)}, which the marts no longer have. "
            "Train it again: `perennial run`."
        )


def _fill_draft(
    connection: psycopg.Connection[Any], spec: Spec, as_of: date, model: Loaded, shift: float | None
) -> int:
    explain = explainer_of(model.estimator)
    described = {column.name: column for column in read_contract().features}
    count = 0
    for frame in _eligible_chunks(spec, as_of):
        features = as_matrix(frame, model.columns)
        reasons = strongest_reasons(spec, features, explain(features), described)
        amounts = _amounts(model, features, shift)
        with connection.cursor() as cursor, cursor.copy(_COPY_DRAFT) as copy:
            for customer, stage, amount, told in zip(
                frame["customer_id"], frame["stage_then"], amounts, reasons, strict=True
            ):
                copy.write_row([customer, stage, *amount, Jsonb([asdict(reason) for reason in told]), model.version])
        count += len(frame)
    return count


def _amounts(
    model: Loaded, features: pd.DataFrame, shift: float | None
) -> list[tuple[float | None, float | None, float | None]]:
    """Probability, value and expected orders of each row, rounded beyond what any rule could turn on."""
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
    moment = snapshot_at(as_of).isoformat()
    in_stage = f"stage = '{spec.stage}'" if spec.stage else f"stage <> '{Stage.PROSPECT}'"
    return f"""
        select customer_id, snapshot_at as event_timestamp, stage as stage_then
        from {MARTS_CUSTOMER_STAGES}
        inner join consent.granted('{PROFILING}', '{moment}'::timestamptz) as consented using (customer_id)
        where snapshot_on = '{as_of.isoformat()}' and {in_stage}
    """


def _publish(connection: psycopg.Connection[Any], spec: Spec, as_of: date, shift: float | None) -> int:
    """Make the table say what the draft says for this model and day; returns how many rows had to change."""
    medium, high = load_lifecycle().audiences.band_quantiles
    keys = {"model": spec.name, "as_of": as_of, "as_of_at": snapshot_at(as_of), "intercept_update": shift}
    values = {**keys, "medium": medium, "high": high}
    gone = connection.execute(_DELETE_GONE, values).rowcount
    return gone + connection.execute(_UPSERT, values).rowcount


_CREATE_DRAFT = """
    create temporary table scores_draft (
        customer_id text primary key,
        stage text not null,
        probability double precision,
        value double precision,
        expected_orders double precision,
        reasons jsonb not null,
        model_version text not null
    ) on commit drop
"""
_DRAFT_COLUMNS = "customer_id, stage, probability, value, expected_orders, reasons, model_version"
_COPY_DRAFT = f"copy scores_draft ({_DRAFT_COLUMNS}) from stdin"
_DELETE_GONE = f"""
    delete from {PREDICTIONS_SCORES} as known
    where model = %(model)s and as_of = %(as_of)s
        and not exists (select from scores_draft where scores_draft.customer_id = known.customer_id)
"""
_CONTENT = (
    "as_of_at, stage, probability, value, expected_orders, percentile, band, reasons, model_version, intercept_update"
)
_COLUMNS = f"model, as_of, customer_id, {_CONTENT}"


def _listed(row: str) -> str:
    return ", ".join(f"{row}.{name.strip()}" for name in _CONTENT.split(","))


# The middle of a group of equals: all alike is the 50th percentile, not the first or the last.
_UPSERT = f"""
    with ranked as (
        select
            *,
            (rank() over (order by coalesce(probability, value)) - 1
                + count(*) over (partition by coalesce(probability, value)) / 2.0) / count(*) over () as percentile
        from scores_draft
    )
    insert into {PREDICTIONS_SCORES} as known ({_COLUMNS})
    select
        %(model)s, %(as_of)s, customer_id, %(as_of_at)s, stage, probability, value, expected_orders, percentile,
        case when percentile >= %(high)s then 'high' when percentile >= %(medium)s then 'medium' else 'low' end,
        reasons, model_version, %(intercept_update)s::double precision
    from ranked
    on conflict (model, as_of, customer_id) do update set ({_CONTENT}, scored_at) = ({_listed("excluded")}, now())
    where ({_listed("known")}) is distinct from ({_listed("excluded")})
"""
