"""What a skewed metric does to Student's t where one arm is small, taken out again.

Revenue is skewed: a small holdout without its share of big spenders has a low mean and, together with that, a low
variance, so that t finds lifts that are not there. Hall's transformation (1992, On the removal of skewness by
transformation, JRSS B 54) straightens t; Zhou & Dinh (2005, Nonparametric confidence intervals for the one- and
two-sample problems, Biostatistics 6) give it for two samples. The skewness is that of both arms together: what a small
arm tells of its own is as misleading as its variance. In arms of the same size there is nothing to straighten.
"""

from math import cbrt

NEARLY_NONE = 1e-6


def asymmetry(skewness: float, count_treatment: int, count_control: int) -> float:
    """Skewness of the difference of two means of such a metric, in standard errors, both arms being of one shape."""
    treatment, control = 1 / count_treatment, 1 / count_control
    return float(skewness * (treatment**2 - control**2) / (treatment + control) ** 1.5)


def straighten(statistic: float, skew: float) -> float:
    """A t statistic of this asymmetry as one that is symmetric. It grows with the statistic."""
    return statistic + skew * statistic**2 / 3 + skew**2 * statistic**3 / 27 + skew / 6


def bend(straight: float, skew: float) -> float:
    """The statistic that is straightened to this."""
    if abs(skew) < NEARLY_NONE:  # the limit; the quotient below would lose its digits
        return straight - skew * (straight**2 / 3 + 1 / 6)
    return 3 / skew * (cbrt(1 + skew * (straight - skew / 6)) - 1)
