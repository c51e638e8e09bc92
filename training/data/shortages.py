"""Why there is too little to train a model on: each cause in a sentence of its own, with what would change it."""

from collections.abc import Sequence
from datetime import date, timedelta

from perennial.consent import TRAINING
from perennial.horizons import Horizon, read_horizons
from perennial.stages import PredictionKind
from perennial.tables import marts_label
from training.data.labels import Labels
from training.data.periods import Periods, plan_periods
from training.data.population import SUNDAY, Connection, count_outcomes, count_population

_WEEKS_TRIED = 520


def why_no_periods(connection: Connection, labels: Labels, days: Sequence[date]) -> str:
    """Why the snapshot days of usable labels, `days`, cannot be cut into three periods."""
    found = count_population(connection, labels)
    if not found.customers:
        return _why_nobody(labels)
    if not found.consenting:
        return (
            f"{_who(labels, found.customers)} up to {labels.as_of}, and none of them consents to training. It is "
            "trained once they do; where that is on record elsewhere, load their events again with your word for it: "
            f"`perennial ingest events FILE --attest-consent {TRAINING} --evidence TEXT`."
        )
    if not days and found.newest_observed:
        return _why_unlabelled(connection, labels)
    return _why_too_short(labels, days, found.first_weekly)


def why_outcomes(connection: Connection, labels: Labels, periods: Periods, least: int) -> str:
    """Why the outcomes of these periods are too few of either kind to learn or evaluate from; empty where they are not.

    `least`: customers of each outcome that every period needs.
    """
    shortage = ""
    alike = {True: 0, False: 0}
    for period, days in periods.named().items():
        for outcome, (rows, customers) in count_outcomes(connection, labels, days).items():
            alike[outcome] += rows
            if customers < least and not shortage:
                shortage = (
                    f"Too few customers for whom {_outcome(labels, outcome)} in the {period} period: {customers}, and "
                    f"{least} are needed (training.min_positives). More history brings more of them."
                )
    if shortage and not (alike[True] and alike[False]):
        return _why_alike(labels, alike, read_horizons(connection)[labels.spec.name])
    return shortage


def _why_nobody(labels: Labels) -> str:
    if labels.spec.stage is None:
        return (
            f"Nobody has ordered up to {labels.as_of}. It is trained once orders have come: `perennial ingest --help`."
        )
    return (
        f"Nobody has been in {labels.spec.stage} up to {labels.as_of}, so there is nothing to learn from. It is "
        "trained once customers get there; when they do is set under `stages` in lifecycle.yml."
    )


def _why_unlabelled(connection: Connection, labels: Labels) -> str:
    horizon = labels.spec.horizon_days
    statement = f"select min(horizon_days) from {marts_label(labels.spec.name)} where horizon_days <> %s"
    row = connection.execute(statement, [horizon]).fetchone()
    if row and row[0]:
        return f"The labels look {row[0]} days ahead, and {horizon} are asked for. `perennial run` builds them again."
    return (
        f"Horizons of {horizon} days have been observed, but no outcome is known: amounts of orders within them are "
        "unknown. `perennial status` says what to do about the amounts."
    )


def _why_too_short(labels: Labels, days: Sequence[date], first_weekly: date | None) -> str:
    horizon = timedelta(days=labels.spec.horizon_days)
    found = f"{len(days) or 'no'} weekly snapshot{'s have' if len(days) > 1 else ' has'} an observed horizon of"
    coming = [*days, *_sundays_after(days[-1] if days else None, first_weekly, labels)]
    enough = next(
        (day for index, day in enumerate(coming) if index >= len(days) and _is_enough(coming[: index + 1], labels)),
        None,
    )
    until = f" There can be enough at the end of {enough + horizon}." if enough else ""
    first = "" if days else f", the first at the end of {coming[0] + horizon}"
    return (
        f"History is too short: {found} {horizon.days} days{first}, and three periods a horizon apart need more.{until}"
    )


def _is_enough(days: Sequence[date], labels: Labels) -> bool:
    return plan_periods(days, labels.spec.horizon_days) is not None


def _sundays_after(last: date | None, first_weekly: date | None, labels: Labels) -> list[date]:
    """Coming weekly snapshots whose horizon has not closed yet, those in the past that nobody was in left out."""
    start = first_weekly or labels.as_of + timedelta(days=1)
    if last:
        start = max(last, labels.as_of - timedelta(days=labels.spec.horizon_days)) + timedelta(days=1)
    sunday = start + timedelta(days=(SUNDAY - start.isoweekday()) % SUNDAY)
    return [sunday + timedelta(weeks=week) for week in range(_WEEKS_TRIED)]


def _why_alike(labels: Labels, rows: dict[bool, int], horizon: Horizon) -> str:
    seen = rows[True] > 0
    share = f"{'all' if seen else 'none'} of {sum(rows.values()):,}"
    found = f"{_outcome(labels, True)} for {share} weekly snapshots of customers."
    gap, following = horizon.usual_gap_days, horizon.following_days
    if gap is None or following is None:
        return (
            f"All outcomes are alike: {found} It is trained once there are both; another horizon may have both: "
            f"`{_setting(labels, 'DAYS')}` in lifecycle.yml."
        )
    if following != labels.spec.horizon_days and _is_never(labels, seen, following):
        return (
            f"All outcomes are alike, and by the brand's usual gap of {gap:g} days they will stay so: {found} Set "
            f"`{_setting(labels, following)}` in lifecycle.yml."
        )
    return (
        f"All outcomes are alike so far: {found} By the brand's usual gap of {gap:g} days there can be both within "
        f"{labels.spec.horizon_days} days; it is trained once there are."
    )


def _is_never(labels: Labels, seen: bool, following: int) -> bool:
    """Whether the horizon is too short for an order to come, or so long that one surely comes.

    The label of a horizon that is too short says what no order means, that of one too long what an order means.
    """
    is_short = following > labels.spec.horizon_days
    means_no_order = "count_orders = 0" in (labels.spec.label.recount or "")
    return seen == (is_short == means_no_order)


def _setting(labels: Labels, days: int | str) -> str:
    return f"horizons_days: {{{labels.spec.name}: {days}}}"


def _outcome(labels: Labels, outcome: bool) -> str:
    within = labels.spec.meaning.replace("the horizon", f"{labels.spec.horizon_days} days")
    if labels.spec.kind is PredictionKind.VALUE:
        within = f"spends anything within {labels.spec.horizon_days} days"
    return f"'{within}' was {'true' if outcome else 'false'}"


def _who(labels: Labels, customers: int) -> str:
    where = "have ordered" if labels.spec.stage is None else f"have been in {labels.spec.stage}"
    return f"{customers:,} customers {where}"
