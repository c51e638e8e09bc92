"""What messaging a stage's audience achieved: everyone who entered it, against those of them who are held out."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row

from perennial.database import Role, connect
from perennial.experimentation import Analysis, Comparison, ExperimentInputError, Verdict, analyze
from perennial.stage_trials.cohort import COVARIATES, HOLDOUT, MESSAGED, Cohort, read_cohort
from perennial.stages import Stage
from perennial.tables import EXPERIMENTS_LIFT

METRICS = ("revenue", "ordered")
# With fewer in an arm, intervals that rest on the central limit theorem promise more than they keep.
LEAST_UNITS = 30


@dataclass(frozen=True)
class StageLift:
    """A row of `experiments.lift`: per customer over the horizon, messaged less held out; None: cannot tell."""

    stage: str
    metric: str
    as_of: date
    horizon_days: int
    count_messaged: int
    count_holdout: int
    mean_messaged: float | None
    mean_holdout: float | None
    difference: float | None
    difference_low: float | None
    difference_high: float | None
    lift: float | None
    lift_low: float | None
    lift_high: float | None
    p_value: float | None
    sample_ratio_p_value: float | None
    verdict: str
    sentence: str
    more_days: int | None

    def __str__(self) -> str:
        return f"{self.stage}, {self.metric}: {self.sentence}"


def measure_lift(as_of: date) -> list[StageLift]:
    """`experiments.lift` holds the effect of each stage's audience as known at the end of `as_of`; one row per metric.

    By intention to treat: a customer counts in the arm in which they first entered the audience, whatever came later.
    Covariates are what they ordered in the 91 days before; persons, not ids, are independent; intervals are
    anytime-valid, because this is looked at every day. Measuring a day again replaces its rows.
    Raises MartsBehindError when the marts were built as of an earlier day.
    """
    with connect(Role.READER) as connection:
        found = [row for stage in Stage for row in measure_cohort(read_cohort(connection, stage, as_of), as_of)]
    with connect(Role.PUBLISHER) as connection:
        _write(connection, found)
    return found


def read_lift(as_of: date | None = None) -> list[StageLift]:
    """The rows of a day, or of the newest day measured. Raises LookupError when there are none."""
    columns = ", ".join(each.name for each in fields(StageLift))
    statement = (
        f"select {columns} from {EXPERIMENTS_LIFT} "
        f"where as_of = coalesce(%s, (select max(as_of) from {EXPERIMENTS_LIFT}))"
    )
    with connect(Role.READER) as connection, connection.cursor(row_factory=class_row(StageLift)) as cursor:
        rows = cursor.execute(statement.encode(), [as_of]).fetchall()
    if not rows:
        raise LookupError(
            f"No lift of {as_of or 'any day'} has been measured. The DAG measure_lift does after every publish; "
            "`perennial run` publishes."
        )
    order = [stage.value for stage in Stage]
    return sorted(rows, key=lambda row: (order.index(row.stage), METRICS.index(row.metric)))


def measure_cohort(cohort: Cohort, as_of: date) -> list[StageLift]:
    """One row per metric; where an arm is too small to tell, rows that say how long to wait."""
    if min(cohort.count(MESSAGED), cohort.count(HOLDOUT)) < LEAST_UNITS:
        return [_untold(cohort, metric, as_of, _waiting_words(cohort)) for metric in METRICS]
    rows = []
    for metric in METRICS:
        try:
            analysis = _analyze(cohort, metric)
        except ExperimentInputError as problem:
            rows.append(_untold(cohort, metric, as_of, f"cannot tell yet: {problem}"))
        else:
            rows.append(_told(cohort, metric, as_of, analysis))
    return rows


def _analyze(cohort: Cohort, metric: str) -> Analysis:
    return analyze(
        cohort.rows,
        arm="arm",
        control=HOLDOUT,
        metrics=[metric],
        covariates=_varying(cohort),
        cluster="person",
        sequential=True,
        expected_shares={HOLDOUT: cohort.share_held, MESSAGED: 1 - cohort.share_held},
    )


def _varying(cohort: Cohort) -> list[str]:
    return [name for name in COVARIATES if len(cohort.rows[name].unique()) > 1]


def _told(cohort: Cohort, metric: str, as_of: date, analysis: Analysis) -> StageLift:
    found: Comparison = analysis.find(metric)
    interval = found.lift_interval
    return StageLift(
        **_head(cohort, metric, as_of),
        mean_messaged=found.treatment_mean,
        mean_holdout=found.control_mean,
        difference=found.difference,
        difference_low=found.interval.low,
        difference_high=found.interval.high,
        lift=found.lift,
        lift_low=interval.low if interval else None,
        lift_high=interval.high if interval else None,
        p_value=found.p_value,
        sample_ratio_p_value=analysis.sample_ratio.p_value,
        verdict=found.verdict.value,
        sentence=found.sentence,
        more_days=found.more_days,
    )


def _untold(cohort: Cohort, metric: str, as_of: date, sentence: str) -> StageLift:
    unknown = {each.name: None for each in fields(StageLift)}
    days = (cohort.next_closes_on - as_of).days if cohort.next_closes_on else None
    told = {"verdict": Verdict.CANNOT_TELL_YET.value, "sentence": sentence, "more_days": days}
    return StageLift(**{**unknown, **_head(cohort, metric, as_of), **told})


def _head(cohort: Cohort, metric: str, as_of: date) -> dict[str, Any]:
    return {
        "stage": cohort.stage.value,
        "metric": metric,
        "as_of": as_of,
        "horizon_days": cohort.horizon_days,
        "count_messaged": cohort.count(MESSAGED),
        "count_holdout": cohort.count(HOLDOUT),
    }


def _waiting_words(cohort: Cohort) -> str:
    counts = f"{cohort.count(MESSAGED):,} messaged and {cohort.count(HOLDOUT):,} held out have been watched for "
    counts += f"{cohort.horizon_days} days, and at least {LEAST_UNITS} of each are needed"
    if cohort.next_closes_on is None:
        return f"cannot tell yet: {counts}"
    return f"cannot tell yet: {counts}; the next horizon closes on {cohort.next_closes_on}"


def _write(connection: psycopg.Connection[Any], rows: Iterable[StageLift]) -> None:
    names = [each.name for each in fields(StageLift)]
    values = ", ".join(f"%({name})s" for name in names)
    updates = ", ".join(f"{name} = excluded.{name}" for name in names)
    statement = (
        f"insert into {EXPERIMENTS_LIFT} ({', '.join(names)}) values ({values}) "
        f"on conflict (stage, metric, as_of) do update set {updates}, measured_at = now()"
    )
    with connection.cursor() as cursor:
        cursor.executemany(statement.encode(), [asdict(row) for row in rows])
