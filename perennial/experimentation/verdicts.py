"""What to conclude from a comparison: higher, lower, no relevant difference, or "cannot tell yet" and for how long."""

from dataclasses import dataclass
from math import ceil
from typing import TypeAlias

from perennial.experimentation.effects import MeanEffect
from perennial.experimentation.proportions import RateEffect
from perennial.experimentation.results import LiftVerdict
from perennial.experimentation.sample_size import MOST_UNITS, units_needed

EstimatedEffect: TypeAlias = MeanEffect | RateEffect

POWER = 0.8
LONGEST_DAYS = 3650


@dataclass(frozen=True)
class DecisionRule:
    """What decides every comparison. `relevant_lift`: the smallest relative lift, up or down, that would matter."""

    alpha: float
    comparisons: int
    relevant_lift: float | None
    units_per_day: float | None


@dataclass(frozen=True)
class Conclusion:
    """The verdict, how many more units and days would probably decide it, and all of it in a sentence."""

    verdict: LiftVerdict
    more_units: int | None
    more_days: int | None
    sentence: str


def conclude(effect: EstimatedEffect, p_adjusted: float, rule: DecisionRule) -> Conclusion:
    """The verdict, corrected for all comparisons, and the estimate that it rests on."""
    estimate = _describe(effect)
    if p_adjusted <= rule.alpha:
        verdict = LiftVerdict.HIGHER if effect.contrast.difference > 0 else LiftVerdict.LOWER
        return Conclusion(verdict, None, None, f"{verdict.capitalize()} than the control: {estimate}")
    if _is_irrelevant(effect, rule):
        sentence = f"No difference of {rule.relevant_lift:.1%} or more, up or down: {estimate}"
        return Conclusion(LiftVerdict.NO_RELEVANT_DIFFERENCE, None, None, sentence)
    return _undecided(effect, rule, estimate)


def _describe(effect: EstimatedEffect) -> str:
    lift = effect.lift_interval
    return lift.describe("+.2%") if lift is not None else effect.interval().describe("+.4g")


def _is_irrelevant(effect: EstimatedEffect, rule: DecisionRule) -> bool:
    lift, limit = effect.lift_interval, rule.relevant_lift
    return limit is not None and lift is not None and -limit < lift.low and lift.high < limit


def _undecided(effect: EstimatedEffect, rule: DecisionRule, estimate: str) -> Conclusion:
    contrast, verdict = effect.contrast, LiftVerdict.CANNOT_TELL_YET
    if rule.relevant_lift is not None and contrast.control > 0:
        difference = rule.relevant_lift * contrast.control
        premise = f"to find a lift of {rule.relevant_lift:.1%}"
    else:
        difference = abs(contrast.difference)
        premise = "if the true difference is the estimate"
    if not difference:
        return Conclusion(verdict, None, None, f"Cannot tell: the arms are exactly alike. {estimate}")
    alpha = rule.alpha / rule.comparisons
    needed = units_needed(effect.method, contrast.variance * contrast.units, difference, POWER, alpha)
    more = max(1, needed - contrast.units)
    days = ceil(more / rule.units_per_day) if rule.units_per_day else None
    wait = f"needs {_count(days, 'day')}" if days is not None else f"needs {_count(more, 'unit')}"
    if needed >= MOST_UNITS or (days is not None and days > LONGEST_DAYS):
        wait = "no realistic wait is long enough"
    elif needed <= contrast.units:
        enough = "there were enough units to find it with 80 % power: it may well not exist"
        return Conclusion(verdict, 0, 0, f"Cannot tell, though {enough}. So far {estimate}")
    if effect.p_value <= rule.alpha:
        estimate += f". Significant alone, but not among {rule.comparisons} comparisons"
    return Conclusion(verdict, more, days, f"Cannot tell yet: {wait} {premise}. So far {estimate}")


def _count(number: int, what: str) -> str:
    return f"{number:,} more {what}{'' if number == 1 else 's'}"
