"""Who responds to a message in a stage: the trial of its audience against the holdout, evaluated and stored."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from perennial.database import Role, connect
from perennial.stage_trials.cohort import Cohort, entity_sql, read_cohort
from perennial.stage_trials.cohort_queries import HOLDOUT, MESSAGED
from perennial.stages import Segment, parse_stage
from perennial.tables import EXPERIMENTS_UPLIFT, PREDICTIONS_UPLIFT
from perennial.tabular import InputError
from perennial.uplift import UpliftReport, UpliftVerdict, estimate, segments

# In fewer, a quarter of an arm (a fold) holds too few to choose a learner by.
FEWEST_UNITS = 200


@dataclass(frozen=True)
class StageUplift:
    """A row of `experiments.uplift`, and how many customers of each supported segment `predictions.uplift` got."""

    stage: str
    as_of: date
    horizon_days: int
    count_messaged: int
    count_holdout: int
    verdict: str
    sentence: str
    segments: dict[str, int]

    def __str__(self) -> str:
        counts = ", ".join(f"{count:,} {name}" for name, count in self.segments.items()) or "no segment is supported"
        return f"{self.stage}: {self.verdict}. {self.sentence} ({counts})"


@dataclass(frozen=True)
class _Finding:
    """What the trial shows; `report` is None where it could not be evaluated."""

    verdict: UpliftVerdict
    sentence: str
    report: UpliftReport | None = None


def estimate_stage(stage: str, as_of: date) -> StageUplift:
    """`experiments.uplift` holds the evaluation of the stage's trial as known at the end of `as_of`.

    The trial: everyone who has entered the stage's audience and whose horizon has closed, messaged or held out, with
    the features known when they entered; the outcome is revenue. `predictions.uplift` holds the customers of the
    segments that it supports, those who entered since among them, and no others. A repeated run gives the same; both
    are replaced in one transaction.
    Raises UnknownStageError, and MartsBehindError when the marts were built as of an earlier day.
    """
    wanted = parse_stage(stage)
    with connect(Role.READER) as connection:
        cohort = read_cohort(connection, wanted, as_of)
        entities = entity_sql(connection, wanted, as_of)
    finding = _evaluate(cohort, entities)
    supported = _supported_rows(finding.report) if finding.report else []
    row = _summarise(cohort, as_of, finding, supported)
    with connect(Role.PUBLISHER) as connection:
        _replace(connection, row, finding.report.to_dict() if finding.report else {}, supported)
    return row


def _evaluate(cohort: Cohort, entities: str) -> _Finding:
    messaged, held_out = cohort.count(MESSAGED), cohort.count(HOLDOUT)
    if min(messaged, held_out) < FEWEST_UNITS:
        observed = f"{messaged:,} messaged and {held_out:,} held out have been observed for {cohort.horizon_days} days"
        return _Finding(UpliftVerdict.CANNOT_TELL, f"{observed}, and at least {FEWEST_UNITS} of each are needed")
    if doubt := cohort.left_out.doubt or cohort.doubt_of_revenue:
        return _Finding(UpliftVerdict.CANNOT_TELL, doubt)
    try:
        report = _estimate(cohort, entities)
    except InputError as problem:
        return _Finding(UpliftVerdict.CANNOT_TELL, str(problem))
    return _Finding(report.verdict, report.sentence, report)


def _estimate(cohort: Cohort, entities: str) -> UpliftReport:
    from perennial.features import historical_features

    features = historical_features(entities, f"audience_{cohort.stage}_v1").drop(columns="event_timestamp")
    outcomes = cohort.valued_rows.select(["customer_id", "arm", "revenue"]).to_pandas()
    rows = outcomes.merge(features, on="customer_id", validate="one_to_one")
    names = [str(name) for name in features if name != "customer_id" and rows[name].nunique() > 1]
    return estimate(
        rows,
        treatment="arm",
        treated=MESSAGED,
        control=HOLDOUT,
        outcome="revenue",
        features=names,
        unit="customer_id",
        pending=features[~features["customer_id"].isin(outcomes["customer_id"])],
    )


def _supported_rows(report: UpliftReport) -> list[tuple[Any, ...]]:
    """customer_id, segment, uplift, low, high of everyone in a segment that may be published."""
    table = segments(report)
    supported = table[table["segment"].isin([segment.value for segment in Segment])]
    return list(supported[["customer_id", "segment", "uplift", "low", "high"]].itertuples(index=False, name=None))


def _summarise(cohort: Cohort, as_of: date, finding: _Finding, supported: list[tuple[Any, ...]]) -> StageUplift:
    counts = Counter(row[1] for row in supported)
    return StageUplift(
        stage=cohort.stage.value,
        as_of=as_of,
        horizon_days=cohort.horizon_days,
        count_messaged=cohort.count(MESSAGED),
        count_holdout=cohort.count(HOLDOUT),
        verdict=finding.verdict.value,
        sentence=finding.sentence,
        segments={name: counts[name] for name in sorted(counts)},
    )


def _replace(
    connection: psycopg.Connection[Any], row: StageUplift, evidence: dict[str, Any], supported: list[tuple[Any, ...]]
) -> None:
    key = [row.stage, row.as_of]
    for table in (EXPERIMENTS_UPLIFT, PREDICTIONS_UPLIFT):
        connection.execute(f"delete from {table} where stage = %s and as_of = %s".encode(), key)
    connection.execute(
        f"insert into {EXPERIMENTS_UPLIFT} (stage, as_of, horizon_days, count_messaged, count_holdout, verdict, "
        "sentence, evidence) values (%s, %s, %s, %s, %s, %s, %s, %s)".encode(),
        [
            *key,
            row.horizon_days,
            row.count_messaged,
            row.count_holdout,
            row.verdict,
            row.sentence,
            Jsonb(evidence),
        ],
    )
    columns = "stage, as_of, customer_id, segment, uplift, low, high, version"
    copy_sql = f"copy {PREDICTIONS_UPLIFT} ({columns}) from stdin"
    with connection.cursor() as cursor, cursor.copy(copy_sql.encode()) as copy:
        for customer in supported:
            copy.write_row([*key, *customer, f"as of {row.as_of}"])
