"""The skewness correction of Student's t for a skewed metric where one arm is small.

Revenue is skewed: a small holdout without its share of big spenders has a low mean and, together with that, a low
variance, so that t finds lifts that do not exist. Hall's monotone transformation (1992, On the removal of skewness by
transformation, JRSS B 54) removes the skewness of t; Zhou & Dinh (2005, Nonparametric confidence intervals for the one-
and two-sample problems, Biostatistics 6) give it for two samples. The skewness is pooled over both arms: that of a
small arm is as misleading as its variance. In arms of the same size there is nothing to correct.
"""

from math import cbrt

NEARLY_ZERO = 1e-6


def skewness_of_difference(skewness: float, count_treatment: int, count_control: int) -> float:
    """Of the difference of two means over its standard error, where both arms have a metric of this skewness."""
    treatment, control = 1 / count_treatment, 1 / count_control
    return float(skewness * (treatment**2 - control**2) / (treatment + control) ** 1.5)


def correct_skewness(statistic: float, skewness: float) -> float:
    """A t-statistic of this skewness as one that is symmetric: t + s t²/3 + s² t³/27 + s/6, increasing in t."""
    return statistic + skewness * statistic**2 / 3 + skewness**2 * statistic**3 / 27 + skewness / 6


def invert_skewness_correction(corrected: float, skewness: float) -> float:
    """The t-statistic of this skewness whose correction is `corrected`."""
    if abs(skewness) < NEARLY_ZERO:  # the limit; the quotient below would lose its digits
        return corrected - skewness * (corrected**2 / 3 + 1 / 6)
    return 3 / skewness * (cbrt(1 + skewness * (corrected - skewness / 6)) - 1)
