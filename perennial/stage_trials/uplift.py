"""Whom a message moves in a stage: the trial that its audience and the holdout have been, judged and written down."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from perennial.database import Role, connect
from perennial.stage_trials.cohort import HOLDOUT, MESSAGED, Cohort, entity_sql, read_cohort
from perennial.stages import Segment, parse_stage
from perennial.tables import EXPERIMENTS_UPLIFT, PREDICTIONS_UPLIFT
from perennial.uplift import UpliftInputError, UpliftReport, Verdict, estimate, segments

# In fewer, a fifth of an arm (a fold) holds too few to choose a learner by.
LEAST_UNITS = 200


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
        told = ", ".join(f"{count:,} {name}" for name, count in self.segments.items()) or "no segment is supported"
        return f"{self.stage}: {self.verdict}. {self.sentence} ({told})"


def estimate_stage(stage: str, as_of: date) -> StageUplift:
    """`experiments.uplift` holds the judgement of the stage's trial as known at the end of `as_of`.

    The trial: everyone who has entered the stage's audience and whose horizon has closed, messaged or held out, with
    the features known when they entered; the outcome is revenue. `predictions.uplift` holds the customers of the
    segments that it supports, those who entered since among them, and no others. Again gives the same; both are
    replaced in one transaction.
    Raises UnknownStageError, and MartsBehindError when the marts were built as of an earlier day.
    """
    wanted = parse_stage(stage)
    with connect(Role.READER) as connection:
        cohort = read_cohort(connection, wanted, as_of)
        entities = entity_sql(connection, wanted, as_of)
    counts = cohort.count(MESSAGED), cohort.count(HOLDOUT)
    if min(counts) < LEAST_UNITS:
        words = f"{counts[0]:,} messaged and {counts[1]:,} held out have been watched for {cohort.horizon_days} days"
        return _write(cohort, as_of, Verdict.CANNOT_TELL, f"{words}, and at least {LEAST_UNITS} of each are needed")
    try:
        report = _estimate(cohort, entities)
    except UpliftInputError as problem:
        return _write(cohort, as_of, Verdict.CANNOT_TELL, str(problem))
    return _write(cohort, as_of, report.verdict, report.sentence, report)


def _estimate(cohort: Cohort, entities: str) -> UpliftReport:
    from perennial.features import historical_features

    features = historical_features(entities, f"audience_{cohort.stage}_v1").drop(columns="event_timestamp")
    happened = cohort.rows.select(["customer_id", "arm", "revenue"]).to_pandas()
    rows = happened.merge(features, on="customer_id", validate="one_to_one")
    waiting = features[~features["customer_id"].isin(happened["customer_id"])]
    names = [str(name) for name in features if name != "customer_id" and rows[name].nunique() > 1]
    return estimate(
        rows,
        treatment="arm",
        treated=MESSAGED,
        control=HOLDOUT,
        outcome="revenue",
        features=names,
        unit="customer_id",
        waiting=waiting,
    )


def _write(
    cohort: Cohort, as_of: date, verdict: Verdict, sentence: str, report: UpliftReport | None = None
) -> StageUplift:
    chosen = _supported(report) if report else []
    counts = {name: sum(row[1] == name for row in chosen) for name in sorted({row[1] for row in chosen})}
    found = StageUplift(
        cohort.stage.value,
        as_of,
        cohort.horizon_days,
        cohort.count(MESSAGED),
        cohort.count(HOLDOUT),
        verdict.value,
        sentence,
        counts,
    )
    with connect(Role.PUBLISHER) as connection:
        _replace(connection, found, report.to_dict() if report else {}, chosen)
    return found


def _supported(report: UpliftReport) -> list[tuple[Any, ...]]:
    """customer_id, segment, uplift, low, high of everyone in a segment that may be published."""
    table = segments(report)
    named = table[table["segment"].isin([segment.value for segment in Segment])]
    return list(named[["customer_id", "segment", "uplift", "low", "high"]].itertuples(index=False, name=None))


def _replace(
    connection: psycopg.Connection[Any], found: StageUplift, evidence: dict[str, Any], chosen: list[tuple[Any, ...]]
) -> None:
    key = [found.stage, found.as_of]
    for table in (EXPERIMENTS_UPLIFT, PREDICTIONS_UPLIFT):
        connection.execute(f"delete from {table} where stage = %s and as_of = %s".encode(), key)
    connection.execute(
        f"insert into {EXPERIMENTS_UPLIFT} (stage, as_of, horizon_days, count_messaged, count_holdout, verdict, "
        "sentence, evidence) values (%s, %s, %s, %s, %s, %s, %s, %s)".encode(),
        [
            *key,
            found.horizon_days,
            found.count_messaged,
            found.count_holdout,
            found.verdict,
            found.sentence,
            Jsonb(evidence),
        ],
    )
    columns = "stage, as_of, customer_id, segment, uplift, low, high, version"
    copy_sql = f"copy {PREDICTIONS_UPLIFT} ({columns}) from stdin"
    with connection.cursor() as cursor, cursor.copy(copy_sql.encode()) as copy:
        for row in chosen:
            copy.write_row([*key, *row, f"as of {found.as_of}"])
