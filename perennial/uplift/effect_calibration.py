"""Calibration of predicted effects: how much of the effect a learner explains on rows it has not seen, and its scale.

The best linear predictor of the effect given the predictions, and the confidence band of the calibrated predictions
(Chernozhukov, Demirer, Duflo & Fernández-Val 2018, Generic machine learning inference on heterogeneous treatment
effects in randomized experiments).
"""

from dataclasses import dataclass

import numpy as np

from perennial.statistics import CONFIDENCE, Floats, Ints, t_interval


@dataclass(frozen=True)
class EffectCalibration:
    """The regression of doubly robust scores on a learner's predictions, both centred within folds.

    `average`: the mean score, which is the average effect. `covariance`: of scores and predictions. `explained`: the
    share by which the calibrated predictions lower the doubly robust loss against a constant effect; negative when they
    are anticorrelated with it. `t_statistic`: the slope over its standard error.
    """

    average: float
    covariance: float
    explained: float
    t_statistic: float

    def apply(self, predictions: Floats, reference: Floats | None = None) -> Floats:
        """Calibrated uplift (rows,) in units of the outcome: the average effect plus the shrunken slope.

        `reference`: the predictions of the customers whose average effect it is, where they are others. The slope is
        shrunk by the positive part of 1 - 1/t² (James & Stein 1961), to zero where it is within sampling noise.
        """
        reference = predictions if reference is None else reference
        variance = float(reference.var())
        shrinkage = max(0.0, 1 - 1 / self.t_statistic**2) if self.t_statistic > 0 else 0.0
        slope = shrinkage * self.covariance / variance if variance > 0 else 0.0
        uplift: Floats = self.average + slope * (predictions - reference.mean())
        return uplift


def calibrate(predictions: Floats, scores: Floats, fold: Ints) -> EffectCalibration:
    """The calibration of `predictions` on doubly robust `scores`, all (rows,), of which each `fold` has its own fit.

    The standard error of the slope allows for unequal variance (White 1980).
    """
    predictions, residual = _centred(predictions, fold), _centred(scores, fold)
    variance = float(np.mean(predictions**2))
    if variance <= 0:
        return EffectCalibration(float(scores.mean()), 0.0, 0.0, 0.0)
    covariance = float(np.mean(predictions * residual))
    error = float(
        np.sqrt(np.mean((predictions * (residual - covariance / variance * predictions)) ** 2) / len(predictions))
    )
    explained = covariance * abs(covariance) / (variance * float(np.mean(residual**2)))
    return EffectCalibration(float(scores.mean()), covariance, explained, covariance / error)


def _centred(values: Floats, fold: Ints) -> Floats:
    sizes = np.maximum(np.bincount(fold), 1)
    centred: Floats = values - (np.bincount(fold, values) / sizes)[fold]
    return centred


def confidence_band(at: Floats, uplift: Floats, scores: Floats) -> tuple[Floats, Floats]:
    """Low and high of the 95 % band of the average uplift of customers whose predicted uplift is `at` (customers,).

    From the regression of the trial's doubly robust `scores` (rows,) on its calibrated `uplift` (rows,), with standard
    errors that allow for unequal variance (White 1980). In units of the outcome.
    """
    from scipy.stats import norm

    critical_value = float(norm.ppf((1 + CONFIDENCE) / 2))
    centred = uplift - uplift.mean()
    variance = float(np.mean(centred**2))
    if variance < 1e-12 * max(1.0, float(np.mean(scores**2))):
        average = t_interval(scores)
        return np.full(len(at), average.low), np.full(len(at), average.high)
    slope = float(np.mean(centred * scores)) / variance
    residual = scores - scores.mean() - slope * centred
    influence_values = np.column_stack([np.ones_like(centred), centred / variance]) * residual[:, None]
    covariance = influence_values.T @ influence_values / len(uplift) ** 2
    offset = at - uplift.mean()
    error = np.sqrt(covariance[0, 0] + 2 * offset * covariance[0, 1] + offset**2 * covariance[1, 1])
    fitted = scores.mean() + slope * offset
    return fitted - critical_value * error, fitted + critical_value * error
