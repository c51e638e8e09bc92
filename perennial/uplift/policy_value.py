"""Does choosing whom to treat pay, against treating everyone the same? Said only when the data say so."""

from dataclasses import dataclass
from math import ceil

import numpy as np

from perennial.uplift.arrays import Bools, Floats
from perennial.uplift.means import mean
from perennial.uplift.results import Estimate, Policy, Verdict

# Standard normal quantiles of 95 % confidence and 80 % power.
REACH = 1.96 + 0.84


@dataclass(frozen=True)
class Judgement:
    """`gain`: of personal targeting over the better simple policy, per customer."""

    verdict: Verdict
    sentence: str
    gain: Estimate
    policies: tuple[Policy, ...]


def judge(worth: Floats, chosen: Bools) -> Judgement:
    """`worth`: what treating each customer brings, net of costs (scores); `chosen`: whom personal targeting treats.

    Personal targeting has to beat *both* simple policies, each with its 95 % interval above zero: so it is falsely
    recommended in at most 2.5 % of questions (an intersection-union test, Berger 1982), whichever of them is best.
    """
    everyone = mean(worth)
    policies = (
        Policy("personal", float(chosen.mean()), mean(worth * chosen)),
        Policy("everyone", 1.0, everyone),
        Policy("no one", 0.0, Estimate(0.0, 0.0, 0.0)),
    )
    over_everyone, over_no_one = mean(worth * (chosen - 1.0)), policies[0].value
    gain = over_everyone if everyone.value > 0 else over_no_one
    if over_everyone.is_above_zero and over_no_one.is_above_zero:
        verdict = Verdict.PERSONALISE
    elif everyone.is_above_zero:
        verdict = Verdict.TREAT_EVERYONE
    elif everyone.is_below_zero:
        verdict = Verdict.TREAT_NO_ONE
    else:
        verdict = Verdict.CANNOT_TELL
    return Judgement(verdict, _sentence(verdict, gain, everyone, policies[0], len(worth)), gain, policies)


def _sentence(verdict: Verdict, gain: Estimate, everyone: Estimate, personal: Policy, rows: int) -> str:
    simple = "everyone" if everyone.value > 0 else "no one"
    if verdict is Verdict.PERSONALISE:
        return (
            f"Personalise: treating the {personal.treated_share:.0%} whose uplift is worth its cost brings "
            f"{told(gain)} more per customer than treating {simple}, the better simple policy"
        )
    if personal.treated_share in {0.0, 1.0}:
        choosing = f"no differences were found that would be worth choosing by: it would treat {_whom(personal)}"
    else:
        choosing = f"choosing by uplift does not detectably do better than treating {simple}: {told(gain)} per customer"
    if verdict is Verdict.TREAT_EVERYONE:
        return f"Treat everyone: it brings {told(everyone)} per customer net of costs, and {choosing}"
    if verdict is Verdict.TREAT_NO_ONE:
        return f"Treat no one: treating everyone loses, {told(everyone)} per customer net of costs, and {choosing}"
    return (
        f"Cannot tell: treating everyone brings {told(everyone)} per customer net of costs, which may be a gain or a "
        f"loss, and {choosing}.{_wait(everyone, rows)}"
    )


def _whom(personal: Policy) -> str:
    return "everyone" if personal.treated_share else "no one"


def _wait(everyone: Estimate, rows: int) -> str:
    if not everyone.value:
        return ""
    needed = ceil(rows * (REACH / 1.96 * (everyone.high - everyone.value) / abs(everyone.value)) ** 2)
    # Two digits are all that such a guess has.
    rounded = int(float(f"{needed:.1e}"))
    return f" If the truth is what it looks like now, about {rounded:,} customers would tell, not {rows:,}"


def told(estimate: Estimate) -> str:
    """An estimate and its interval in words."""
    return f"{estimate.value:+.3g} (between {estimate.low:+.3g} and {estimate.high:+.3g})"


def whom_to_treat(uplift: Floats, margin: float, cost: float) -> Bools:
    """Whose foretold uplift is worth more than treating costs."""
    worth: Bools = np.asarray(uplift * margin > cost)
    return worth
