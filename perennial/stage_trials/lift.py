"""What messaging a stage's audience achieved: everyone who entered it, against those of them who are held out."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import date
from typing import Any

import psycopg
from psycopg.rows import class_row

from perennial.database import Role, connect
from perennial.experimentation import Analysis, LiftVerdict, analyze
from perennial.stage_trials.cohort import COVARIATES, Cohort, read_cohort
from perennial.stage_trials.cohort_queries import HOLDOUT, MESSAGED
from perennial.stages import Stage
from perennial.tables import EXPERIMENTS_LIFT
from perennial.tabular import InputError

REVENUE = "revenue"
METRICS = (REVENUE, "ordered")
# With fewer in an arm, intervals that rest on the central limit theorem are too narrow.
FEWEST_UNITS = 30


@dataclass(frozen=True, kw_only=True)
class StageLift:
    """A row of `experiments.lift`: per customer over the horizon, messaged less held out; None: cannot tell."""

    stage: str
    metric: str
    as_of: date
    horizon_days: int
    count_messaged: int
    count_holdout: int
    mean_messaged: float | None = None
    mean_holdout: float | None = None
    difference: float | None = None
    difference_low: float | None = None
    difference_high: float | None = None
    lift: float | None = None
    lift_low: float | None = None
    lift_high: float | None = None
    p_value: float | None = None
    sample_ratio_p_value: float | None = None
    verdict: str
    sentence: str
    more_days: int | None = None

    def __str__(self) -> str:
        return f"{self.stage}, {self.metric}: {self.sentence}"


def measure_lift(as_of: date) -> list[StageLift]:
    """`experiments.lift` holds the effect of each stage's audience as known at the end of `as_of`; one row per metric.

    By intention to treat: a person counts in the arm in which they first entered the audience under any id, whatever
    came later; what they do under the id they have become counts too. Only those who consented to training when they
    entered and have not withdrawn since; where withdrawals differ by arm it cannot be told.
    Covariates are what they ordered in the 91 days before; persons, not ids, are independent; intervals are
    anytime-valid, because they are looked at every day. Measuring a day again replaces its rows.
    Raises MartsBehindError when the marts were built as of an earlier day.
    """
    with connect(Role.READER) as connection:
        rows = [row for stage in Stage for row in measure_cohort(read_cohort(connection, stage, as_of), as_of)]
    with connect(Role.PUBLISHER) as connection:
        _write(connection, rows)
    return rows


def measure_cohort(cohort: Cohort, as_of: date) -> list[StageLift]:
    """One row per metric; where an arm is too small, rows that say how long to wait."""
    return [_summarise(cohort, metric, as_of, _evaluate(cohort, metric)) for metric in METRICS]


def _evaluate(cohort: Cohort, metric: str) -> Analysis | str:
    """The analysis of one metric, or a sentence that says why there is none."""
    if min(cohort.count(MESSAGED), cohort.count(HOLDOUT)) < FEWEST_UNITS:
        return _too_few(cohort)
    of_revenue = metric == REVENUE
    if doubt := cohort.left_out.doubt or (of_revenue and cohort.doubt_of_revenue):
        return f"cannot tell: {doubt}"
    try:
        return analyze(
            cohort.valued_rows if of_revenue else cohort.rows,
            arm="arm",
            control=HOLDOUT,
            metrics=[metric],
            covariates=[name for name in COVARIATES if len(cohort.rows[name].unique()) > 1],
            cluster="person",
            sequential=True,
            expected_shares={HOLDOUT: cohort.share_held, MESSAGED: 1 - cohort.share_held},
        )
    except InputError as problem:
        return f"cannot tell yet: {problem}"


def _too_few(cohort: Cohort) -> str:
    counts = f"{cohort.count(MESSAGED):,} messaged and {cohort.count(HOLDOUT):,} held out have been observed for "
    counts += f"{cohort.horizon_days} days, and at least {FEWEST_UNITS} of each are needed"
    if cohort.next_closes_on is None:
        return f"cannot tell yet: {counts}"
    return f"cannot tell yet: {counts}; the next horizon closes on {cohort.next_closes_on}"


def _summarise(cohort: Cohort, metric: str, as_of: date, found: Analysis | str) -> StageLift:
    trial: dict[str, Any] = {
        "stage": cohort.stage.value,
        "metric": metric,
        "as_of": as_of,
        "horizon_days": cohort.horizon_days,
        "count_messaged": cohort.count(MESSAGED),
        "count_holdout": cohort.count(HOLDOUT),
    }
    if isinstance(found, str):
        days = (cohort.next_closes_on - as_of).days if cohort.next_closes_on else None
        sentence = _with_left_out(found, cohort)
        return StageLift(**trial, verdict=LiftVerdict.CANNOT_TELL_YET.value, sentence=sentence, more_days=days)
    comparison = found.find(metric)
    lift = comparison.lift_interval
    return StageLift(
        **trial,
        mean_messaged=comparison.treatment_mean,
        mean_holdout=comparison.control_mean,
        difference=comparison.difference,
        difference_low=comparison.interval.low,
        difference_high=comparison.interval.high,
        lift=comparison.lift,
        lift_low=lift.low if lift else None,
        lift_high=lift.high if lift else None,
        p_value=comparison.p_value,
        sample_ratio_p_value=found.sample_ratio.p_value,
        verdict=comparison.verdict.value,
        sentence=_with_left_out(comparison.sentence, cohort),
        more_days=comparison.more_days,
    )


def _with_left_out(sentence: str, cohort: Cohort) -> str:
    left_out = str(cohort.left_out)
    return f"{sentence} (left out: {left_out})" if left_out else sentence


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
