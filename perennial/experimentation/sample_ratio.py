"""Sample ratio mismatch: are the arms as large as planned? If not, no lift computed from them can be trusted.

One look: Pearson's chi-square. Every look: the multinomial mixture martingale of Lindon & Malek 2022, Anytime-valid
inference for multinomial count data.
"""

from collections.abc import Mapping
from math import exp, lgamma, log

from perennial.experimentation.results import SampleRatio
from perennial.tabular import InputError, quoted_list

ALARM = 0.001  # the field's usual threshold: it is looked at in every analysis, and an alarm stops one


def expected_shares_of(expected: Mapping[str, float] | None, arms: list[str]) -> dict[str, float]:
    """The expected share of each arm, adding up to 1; equal when none are given. Raises InputError."""
    if expected is None:
        return dict.fromkeys(arms, 1 / len(arms))
    unknown, missing = sorted(set(expected) - set(arms)), sorted(set(arms) - set(expected))
    if unknown or missing or min(expected.values()) <= 0:
        problem = f"no share above 0 for {quoted_list(missing or arms)}"
        problem = f"no arm {quoted_list(unknown)} in the data" if unknown else problem
        raise InputError(f"Expected shares: {problem}. Give one for each of {quoted_list(arms)}, such as 0.9 and 0.1")
    total = sum(expected.values())
    return {arm: expected[arm] / total for arm in arms}


def check_ratio(counts: Mapping[str, int], shares: Mapping[str, float], *, is_sequential: bool) -> SampleRatio:
    """The test that every unit fell into its arm with its expected share: units of each arm, shares adding to 1."""
    p_value = _anytime_p(counts, shares) if is_sequential else _chi_square_p(counts, shares)
    total = sum(counts.values())
    observed = ", ".join(f"{arm} {counts[arm] / total:.2%} (expected {shares[arm]:.2%})" for arm in counts)
    if p_value >= ALARM:
        return SampleRatio(p_value, is_mismatch=False, sentence=f"Arms are as large as expected: {observed}")
    return SampleRatio(
        p_value,
        is_mismatch=True,
        sentence=f"Sample ratio mismatch: {observed}. Do not trust the lift: find out who is missing from which arm. "
        "Was another split planned? Say so with expected shares",
    )


def _chi_square_p(counts: Mapping[str, int], shares: Mapping[str, float]) -> float:
    from scipy import stats

    total = sum(counts.values())
    return float(stats.chisquare(list(counts.values()), [total * shares[arm] for arm in counts]).pvalue)


def _anytime_p(counts: Mapping[str, int], shares: Mapping[str, float]) -> float:
    # A Dirichlet prior around the expected shares, as weak as one unit for each arm.
    prior = {arm: shares[arm] * len(counts) for arm in counts}
    log_bayes_factor = lgamma(sum(prior.values())) - lgamma(sum(prior.values()) + sum(counts.values()))
    for arm, count in counts.items():
        log_bayes_factor += lgamma(prior[arm] + count) - lgamma(prior[arm]) - count * log(shares[arm])
    return min(1.0, exp(-max(log_bayes_factor, 0.0)))
