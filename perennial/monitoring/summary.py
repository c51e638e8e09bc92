"""A model's calibration gap as measured so far: the headline of each stage, the days one by one, in sentences too."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from perennial.database import Role, connect
from perennial.monitoring.calibration_records import CalibrationRecord, read_records
from perennial.monitoring.scored_days import read_scored_days
from perennial.stages import PredictionKind
from perennial.statistics import Population, SelectionMethod

_METHOD_IN_WORDS = {
    SelectionMethod.NOBODY_MESSAGED: "nobody was messaged",
    SelectionMethod.HOLDOUT: "the control group",
    SelectionMethod.WEIGHTED: "customers not messaged, inverse-propensity weighted",
    SelectionMethod.EVERYONE: "everyone",
}


@dataclass(frozen=True)
class CalibrationSummary:
    """A model's calibration gap as known at the end of `as_of`.

    `headlines`: each stage over all measured days together. `ignoring_messages`: the same measured on everyone.
    `over_time`: one record per stage and scored day. `message`: why nothing has been measured yet, or "".
    """

    model: str
    as_of: date
    headlines: list[CalibrationRecord]
    ignoring_messages: list[CalibrationRecord]
    over_time: list[CalibrationRecord]
    message: str


def read_calibration_gap(model: str, as_of: date) -> CalibrationSummary:
    """What `measure_calibration_gap` found for a model up to `as_of`."""
    with connect(Role.READER) as connection:
        days = read_scored_days(connection, model, as_of)
        records = read_records(connection, model, as_of)
    untreated = [record for record in records if record.population == Population.UNTREATED]
    everyone = [record for record in records if record.population == Population.EVERYONE]
    closed = "cannot tell: horizons have closed and nobody has measured yet"
    return CalibrationSummary(
        model=model,
        as_of=as_of,
        headlines=_headlines(untreated),
        ignoring_messages=_headlines(everyone),
        over_time=[record for record in untreated if record.is_one_day],
        message="" if untreated else closed if days.closed else days.why_unmeasured,
    )


def _headlines(records: Sequence[CalibrationRecord]) -> list[CalibrationRecord]:
    # Of a stage, the span that ends last; of those, the longest one.
    newest: dict[str, CalibrationRecord] = {}
    for record in records:  # in order of their end, the longest last
        newest[record.stage] = record
    return [newest[stage] for stage in sorted(newest)]


def gap_sentence(record: CalibrationRecord) -> str:
    """For example "engagement: calibration gap 1.2 points [0.0, 2.3], predicted 31.4 %, realised 30.9 % ..."."""
    unit = "points" if record.kind == PredictionKind.PROBABILITY else "percent"
    means = (
        f"predicted {record.predicted:.1%}, realised {record.realised:.1%}"
        if record.kind == PredictionKind.PROBABILITY
        else f"predicted {record.predicted:,.2f}, realised {record.realised:,.2f}"
    )
    return (
        f"{record.stage}: calibration gap {record.gap:.1f} {unit} "
        f"[{record.gap_low:.1f}, {record.gap_high:.1f}], {means}; "
        f"{_METHOD_IN_WORDS[SelectionMethod(record.method)]}, {record.effective_customers:,.0f} effective customers"
        f"{_bias_clause(record)}"
    )


def _bias_clause(record: CalibrationRecord) -> str:
    if record.bias is None or record.method == SelectionMethod.NOBODY_MESSAGED:
        return ""
    return f"; counting the messaged would add {record.bias:+.1f} [{record.bias_low:+.1f}, {record.bias_high:+.1f}]"
