"""How many standard errors wide an interval is, and how surprising an estimate: looked at once, or at any time.

Looked at once: Student's t with Welch's degrees of freedom. At any time: the asymptotic confidence sequence of
Waudby-Smith, Arbour, Sinha, Kennedy & Ramdas 2024, "Time-uniform central limit theory and asymptotic confidence
sequences" (Annals of Statistics 52, theorem 2.2), whose interval holds at all moments together, so that one may look
daily and stop when one likes. Early on, the few data behind the standard error are paid for by Student's t here too.
"""

from dataclasses import dataclass
from functools import cached_property
from math import exp, inf, log, sqrt

TUNED_AT = 10_000


@dataclass(frozen=True)
class Bounds:
    """The rule by which intervals are drawn. `tuned_at`: units at which an anytime interval is to be tightest."""

    alpha: float = 0.05
    is_sequential: bool = False
    tuned_at: int = TUNED_AT

    @cached_property
    def _rho_squared(self) -> float:
        # The choice that makes the boundary narrowest at `tuned_at` units (same paper, appendix B.2).
        return (-2 * log(self.alpha) + log(-2 * log(self.alpha) + 1)) / self.tuned_at

    def multiplier(self, units: float, freedom: float = inf, alpha: float | None = None) -> float:
        """Half the width of the interval in standard errors, with `units` independent units in all arms together."""
        alpha = self.alpha if alpha is None else alpha
        if not self.is_sequential:
            return _student(alpha / 2, freedom)
        spread = units * self._rho_squared
        normal = sqrt(2 * (spread + 1) / spread * log(sqrt(spread + 1) / alpha))
        return _student(_normal_tail(normal), freedom)

    def p_value(self, statistic: float, units: float, freedom: float = inf) -> float:
        """The smallest alpha whose interval leaves out an estimate `statistic` standard errors away."""
        tail = _student_tail(abs(statistic), freedom)
        if not self.is_sequential:
            return min(1.0, 2 * tail)
        spread = units * self._rho_squared
        normal = _normal_quantile(tail)
        return min(1.0, sqrt(spread + 1) * exp(-(normal**2) * spread / (2 * (spread + 1))))


def _student(tail: float, freedom: float) -> float:
    from scipy import special  # its plain functions: scipy.stats takes a hundred times as long at every look

    return -float(special.stdtrit(freedom, tail) if freedom < inf else special.ndtri(tail))


def _student_tail(statistic: float, freedom: float) -> float:
    from scipy import special

    return float(special.stdtr(freedom, -statistic) if freedom < inf else special.ndtr(-statistic))


def _normal_tail(statistic: float) -> float:
    from scipy import special

    return float(special.ndtr(-statistic))


def _normal_quantile(tail: float) -> float:
    from scipy import special

    return -float(special.ndtri(max(tail, 1e-300)))
