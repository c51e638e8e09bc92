"""Critical values and p-values, valid for one look or, anytime-valid, at every look together.

One look: Student's t with Welch's degrees of freedom. Every look: the asymptotic confidence sequence of Waudby-Smith,
Arbour, Sinha, Kennedy & Ramdas 2024, Time-uniform central limit theory and asymptotic confidence sequences (Annals of
Statistics 52), whose intervals contain the truth at all times together, so that one may look daily and stop at any
time. Student's t corrects for the few data behind an early standard error here too.
"""

from dataclasses import dataclass
from functools import cached_property
from math import exp, inf, log, sqrt

TUNED_AT = 10_000


@dataclass(frozen=True)
class IntervalMethod:
    """How intervals are made. `tuned_at`: the number of units at which an anytime-valid interval is tightest."""

    alpha: float = 0.05
    is_sequential: bool = False
    tuned_at: int = TUNED_AT

    @cached_property
    def _rho_squared(self) -> float:
        # The tuning parameter that makes the boundary narrowest at `tuned_at` units (same paper, appendix B.2).
        return (-2 * log(self.alpha) + log(-2 * log(self.alpha) + 1)) / self.tuned_at

    def critical_value(self, units: float, degrees_of_freedom: float = inf, alpha: float | None = None) -> float:
        """The half-width of the interval in standard errors, with `units` independent units in all arms together."""
        alpha = self.alpha if alpha is None else alpha
        if not self.is_sequential:
            return _t_quantile(alpha / 2, degrees_of_freedom)
        time = units * self._rho_squared
        normal = sqrt(2 * (time + 1) / time * log(sqrt(time + 1) / alpha))  # same paper, theorem 2.2
        return _t_quantile(_normal_tail(normal), degrees_of_freedom)

    def p_value(self, statistic: float, units: float, degrees_of_freedom: float = inf) -> float:
        """The smallest alpha whose interval excludes an estimate that is `statistic` standard errors away."""
        tail = _t_tail(abs(statistic), degrees_of_freedom)
        if not self.is_sequential:
            return min(1.0, 2 * tail)
        time = units * self._rho_squared
        normal = _normal_quantile(tail)
        return min(1.0, sqrt(time + 1) * exp(-(normal**2) * time / (2 * (time + 1))))


def _t_quantile(tail: float, degrees_of_freedom: float) -> float:
    from scipy import special  # its plain functions: scipy.stats takes a hundred times as long at every look

    return -float(special.stdtrit(degrees_of_freedom, tail) if degrees_of_freedom < inf else special.ndtri(tail))


def _t_tail(statistic: float, degrees_of_freedom: float) -> float:
    from scipy import special

    is_finite = degrees_of_freedom < inf
    return float(special.stdtr(degrees_of_freedom, -statistic) if is_finite else special.ndtr(-statistic))


def _normal_tail(statistic: float) -> float:
    from scipy import special

    return float(special.ndtr(-statistic))


def _normal_quantile(tail: float) -> float:
    from scipy import special

    return -float(special.ndtri(max(tail, 1e-300)))
