"""Sample ratio mismatch: are the arms as large as they should be? If not, no lift computed from them can be trusted.

Looked at once: Pearson's chi-square. At any time: the multinomial mixture martingale of Lindon & Malek 2022,
"Anytime-valid inference for multinomial count data".
"""

from collections.abc import Mapping
from math import exp, lgamma, log

from perennial.experimentation.errors import ExperimentInputError
from perennial.experimentation.results import SampleRatio
from perennial.tabular import listed

ALARM = 0.001  # the field's usual threshold: it is looked at in every analysis, and an alarm stops one


def shares_of(expected: Mapping[str, float] | None, arms: list[str]) -> dict[str, float]:
    """The expected share of each arm, adding up to 1; equal when none are given."""
    if expected is None:
        return dict.fromkeys(arms, 1 / len(arms))
    unknown, missing = sorted(set(expected) - set(arms)), sorted(set(arms) - set(expected))
    if unknown or missing or min(expected.values()) <= 0:
        told = f"no arm {listed(unknown)} in the data" if unknown else f"no share above 0 for {listed(missing or arms)}"
        raise ExperimentInputError(f"Expected shares: {told}. Give one for each of {listed(arms)}, such as 0.9 and 0.1")
    whole = sum(expected.values())
    return {arm: expected[arm] / whole for arm in arms}


def check_ratio(counts: Mapping[str, int], shares: Mapping[str, float], *, is_sequential: bool) -> SampleRatio:
    """How surprising these counts are if every unit fell into its arm with its expected share."""
    p_value = _anytime_p(counts, shares) if is_sequential else _chi_square_p(counts, shares)
    whole = sum(counts.values())
    told = ", ".join(f"{arm} {counts[arm] / whole:.2%} (expected {shares[arm]:.2%})" for arm in counts)
    if p_value >= ALARM:
        return SampleRatio(p_value, is_mismatch=False, sentence=f"Arms are as large as expected: {told}")
    return SampleRatio(
        p_value,
        is_mismatch=True,
        sentence=f"Sample ratio mismatch: {told}. Do not trust the lift: find out who is missing from which arm. "
        "Was another split planned? Say so with expected shares",
    )


def _chi_square_p(counts: Mapping[str, int], shares: Mapping[str, float]) -> float:
    from scipy import stats

    whole = sum(counts.values())
    return float(stats.chisquare(list(counts.values()), [whole * shares[arm] for arm in counts]).pvalue)


def _anytime_p(counts: Mapping[str, int], shares: Mapping[str, float]) -> float:
    # A Dirichlet prior around the expected shares, as weak as one unit for each arm.
    prior = {arm: shares[arm] * len(counts) for arm in counts}
    evidence = lgamma(sum(prior.values())) - lgamma(sum(prior.values()) + sum(counts.values()))
    for arm, count in counts.items():
        evidence += lgamma(prior[arm] + count) - lgamma(prior[arm]) - count * log(shares[arm])
    return min(1.0, exp(-max(evidence, 0.0)))
