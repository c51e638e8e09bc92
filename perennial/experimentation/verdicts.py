"""What to make of a comparison: higher, lower, no difference that matters, or "cannot tell yet" and for how long."""

from dataclasses import dataclass
from math import ceil

from perennial.experimentation.effects import Measured
from perennial.experimentation.power_analysis import MOST_UNITS, units_needed
from perennial.experimentation.proportions import MeasuredRates
from perennial.experimentation.results import Interval, Verdict

POWER = 0.8
LONGEST_DAYS = 3650


@dataclass(frozen=True)
class Question:
    """What is asked of every comparison. `relevant_lift`: the smallest relative lift, up or down, that would matter."""

    alpha: float
    comparisons: int
    relevant_lift: float | None
    units_per_day: float | None


@dataclass(frozen=True)
class Judgement:
    verdict: Verdict
    more_units: int | None
    more_days: int | None
    sentence: str


def judge(measured: Measured | MeasuredRates, p_adjusted: float, question: Question) -> Judgement:
    """The verdict, all comparisons together, and in words what it rests on."""
    told = _told(measured)
    if p_adjusted <= question.alpha:
        verdict = Verdict.HIGHER if measured.contrast.difference > 0 else Verdict.LOWER
        return Judgement(verdict, None, None, f"{verdict.capitalize()} than the control: {told}")
    if _is_irrelevant(measured, question):
        return Judgement(
            Verdict.NO_RELEVANT_DIFFERENCE,
            None,
            None,
            f"No difference of {question.relevant_lift:.1%} or more, up or down: {told}",
        )
    return _cannot_tell(measured, question, told)


def _told(measured: Measured | MeasuredRates) -> str:
    if measured.lift is not None and measured.lift_interval is not None:
        return f"{measured.lift:+.2%} ({_span(measured.lift_interval, percent=True)})"
    return f"{measured.contrast.difference:+.4g} ({_span(measured.interval(), percent=False)})"


def _span(interval: Interval, *, percent: bool) -> str:
    if percent:
        return f"between {interval.low:+.2%} and {interval.high:+.2%}"
    return f"between {interval.low:+.4g} and {interval.high:+.4g}"


def _is_irrelevant(measured: Measured | MeasuredRates, question: Question) -> bool:
    lifts = measured.lift_interval
    limit = question.relevant_lift
    return limit is not None and lifts is not None and -limit < lifts.low and lifts.high < limit


def _cannot_tell(measured: Measured | MeasuredRates, question: Question, told: str) -> Judgement:
    contrast = measured.contrast
    if question.relevant_lift is not None and contrast.control > 0:
        wanted = question.relevant_lift * contrast.control
        premise = f"to find a lift of {question.relevant_lift:.1%}"
    else:
        wanted = abs(contrast.difference)
        premise = "if the truth is what it looks like now"
    if not wanted:
        return Judgement(Verdict.CANNOT_TELL_YET, None, None, f"Cannot tell: the arms are exactly alike. {told}")
    alpha = question.alpha / question.comparisons
    needed = units_needed(measured.bounds, contrast.variance * contrast.units, wanted, POWER, alpha)
    more = max(1, needed - contrast.units)
    days = ceil(more / question.units_per_day) if question.units_per_day else None
    wait = f"needs {_count(days, 'day')}" if days is not None else f"needs {_count(more, 'unit')}"
    if needed >= MOST_UNITS or (days is not None and days > LONGEST_DAYS):
        wait = "no wait that anyone has would tell"
    elif needed <= contrast.units:
        wait, more, days = "there were enough units to find it with 80 % power: it may well not be there", 0, 0
        return Judgement(Verdict.CANNOT_TELL_YET, more, days, f"Cannot tell, though {wait}. So far {told}")
    alone = measured.p_value <= question.alpha
    told += f". Alone it would stand out, among {question.comparisons} comparisons it does not" if alone else ""
    return Judgement(Verdict.CANNOT_TELL_YET, more, days, f"Cannot tell yet: {wait} {premise}. So far {told}")


def _count(number: int, what: str) -> str:
    return f"{number:,} more {what}{'' if number == 1 else 's'}"
