"""Does personal targeting pay, compared with treating everyone alike? Claimed only where the data support it."""

from dataclasses import dataclass
from math import ceil

import numpy as np

from perennial.statistics import Bools, Floats, Interval, t_interval
from perennial.uplift.results import Policy, UpliftVerdict

# Standard normal quantiles of 95 % confidence, two-sided, and 80 % power.
CRITICAL_VALUE, POWER_QUANTILE = 1.96, 0.84


@dataclass(frozen=True)
class UnitEconomics:
    """What a unit of outcome is worth, and what treating a customer costs, in the same money."""

    margin: float
    cost: float

    @property
    def break_even(self) -> float:
        """The uplift, in units of the outcome, that pays for treating a customer."""
        return self.cost / self.margin

    def net_value(self, outcome: Floats) -> Floats:
        """What treating brings, net of costs, for a gain in outcome (rows,)."""
        return outcome * self.margin - self.cost

    def is_worth_treating(self, uplift: Floats) -> Bools:
        """Whether each predicted uplift (rows,) is worth more than treating costs."""
        worth: Bools = np.asarray(uplift * self.margin > self.cost)
        return worth


@dataclass(frozen=True)
class PolicyComparison:
    """The policies with their values. `gain`: of personal targeting over the better simple policy, per customer."""

    verdict: UpliftVerdict
    sentence: str
    gain: Interval
    policies: tuple[Policy, ...]


def compare_policies(net_value: Floats, targeted: Bools) -> PolicyComparison:
    """Personal targeting against treating everyone and treating no one, in money per customer.

    `net_value` (rows,): what treating each customer brings, net of costs, by their doubly robust score; `targeted`
    (rows,): who is treated under personal targeting. It has to beat *both* simple policies, each with its 95 % interval
    above zero: so it is falsely recommended in at most 2.5 % of trials (an intersection-union test, Berger 1982),
    whichever of them is best.
    """
    everyone = t_interval(net_value)
    policies = (
        Policy("personal", float(targeted.mean()), t_interval(net_value * targeted)),
        Policy("everyone", 1.0, everyone),
        Policy("no one", 0.0, Interval(0.0, 0.0, 0.0)),
    )
    over_everyone, over_no_one = t_interval(net_value * (targeted - 1.0)), policies[0].value
    gain = over_everyone if everyone.estimate > 0 else over_no_one
    if over_everyone.is_above_zero and over_no_one.is_above_zero:
        verdict = UpliftVerdict.PERSONALISE
    elif everyone.is_above_zero:
        verdict = UpliftVerdict.TREAT_EVERYONE
    elif everyone.is_below_zero:
        verdict = UpliftVerdict.TREAT_NO_ONE
    else:
        verdict = UpliftVerdict.CANNOT_TELL
    return PolicyComparison(verdict, _sentence(verdict, gain, everyone, policies[0], len(net_value)), gain, policies)


def _sentence(verdict: UpliftVerdict, gain: Interval, everyone: Interval, personal: Policy, rows: int) -> str:
    simple = "everyone" if everyone.estimate > 0 else "no one"
    if verdict is UpliftVerdict.PERSONALISE:
        return (
            f"Personalise: treating the {personal.treated_share:.0%} whose uplift is worth its cost brings "
            f"{gain.describe('+.3g')} more per customer than treating {simple}, the better simple policy"
        )
    value = everyone.describe("+.3g")
    if personal.treated_share in {0.0, 1.0}:
        targeting = f"no differences worth targeting by were found: it would treat {_who(personal)}"
    else:
        targeting = (
            f"targeting by uplift does not detectably do better than treating {simple}: {gain.describe('+.3g')} "
            "per customer"
        )
    if verdict is UpliftVerdict.TREAT_EVERYONE:
        return f"Treat everyone: it brings {value} per customer net of costs, and {targeting}"
    if verdict is UpliftVerdict.TREAT_NO_ONE:
        return f"Treat no one: treating everyone loses, {value} per customer net of costs, and {targeting}"
    return (
        f"Cannot tell: treating everyone brings {value} per customer net of costs, which may be a gain or a "
        f"loss, and {targeting}.{_customers_needed(everyone, rows)}"
    )


def _who(personal: Policy) -> str:
    return "everyone" if personal.treated_share else "no one"


def _customers_needed(everyone: Interval, rows: int) -> str:
    if not everyone.estimate:
        return ""
    half_width = everyone.high - everyone.estimate
    ratio = (CRITICAL_VALUE + POWER_QUANTILE) / CRITICAL_VALUE * half_width / abs(everyone.estimate)
    # Two digits are all that such an estimate has.
    rounded = int(float(f"{ceil(rows * ratio**2):.1e}"))
    return f" If the true value is the estimate, about {rounded:,} customers would decide it, not {rows:,}"
