"""The door that tells a model's confidence gap: the headline of each stage, and how it came about over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from perennial.database import Role, connect
from perennial.monitoring.days import list_days
from perennial.monitoring.records import Record, read_records
from perennial.stages import Model, PredictionKind
from perennial.statistics import Population, SelectionMethod

_CHOSEN_IN_WORDS = {
    SelectionMethod.NOBODY_MESSAGED: "nobody was messaged",
    SelectionMethod.HOLDOUT: "the control group",
    SelectionMethod.WEIGHTED: "customers not messaged, inverse-propensity weighted",
    SelectionMethod.EVERYONE: "everyone",
}


@dataclass(frozen=True)
class Realised:
    """A model's confidence gap as known at the end of `as_of`.

    `headlines`: each stage over all measured days together. `ignoring_messages`: the same measured on everyone.
    `over_time`: one record per stage and scored day. `message`: what cannot be told yet, or "".
    """

    model: str
    as_of: date
    headlines: list[Record]
    ignoring_messages: list[Record]
    over_time: list[Record]
    message: str


def read_realised(model: Model, as_of: date) -> Realised:
    """What `measure_realised` found for a model up to `as_of`."""
    with connect(Role.READER) as connection:
        days = list_days(connection, model, as_of)
        records = read_records(connection, model, as_of)
    untreated = [record for record in records if record.population == Population.UNTREATED]
    everyone = [record for record in records if record.population == Population.EVERYONE]
    unmeasured = "cannot tell: horizons have closed and nobody has measured yet" if days.closed else days.why_nothing
    return Realised(
        model=model.value,
        as_of=as_of,
        headlines=_headlines(untreated),
        ignoring_messages=_headlines(everyone),
        over_time=[record for record in untreated if record.is_one_day],
        message="" if untreated else unmeasured,
    )


def _headlines(records: Sequence[Record]) -> list[Record]:
    # Of a stage, the span that ends last; of those, the longest one.
    newest: dict[str, Record] = {}
    for record in records:  # in order of their end, the longest last
        newest[record.stage] = record
    return [newest[stage] for stage in sorted(newest)]


def tell_gap(record: Record) -> str:
    """For example "engagement: confidence gap 1.2 points [0.0, 2.3], predicted 31.4 %, realised 30.9 % ..."."""
    unit = "points" if record.kind == PredictionKind.PROBABILITY else "percent"
    means = (
        f"predicted {record.predicted:.1%}, realised {record.realised:.1%}"
        if record.kind == PredictionKind.PROBABILITY
        else f"predicted {record.predicted:,.2f}, realised {record.realised:,.2f}"
    )
    return (
        f"{record.stage}: confidence gap {record.gap:.1f} {unit} "
        f"[{record.gap_low:.1f}, {record.gap_high:.1f}], {means}; "
        f"{_CHOSEN_IN_WORDS[SelectionMethod(record.method)]}, {record.effective_customers:,.0f} effective customers"
        f"{_tell_bias(record)}"
    )


def _tell_bias(record: Record) -> str:
    if record.bias is None or record.method == SelectionMethod.NOBODY_MESSAGED:
        return ""
    return f"; counting the messaged would add {record.bias:+.1f} [{record.bias_low:+.1f}, {record.bias_high:+.1f}]"
