"""How much of the effect a learner's foretelling explains on rows that it has not seen, and what it is worth."""

from dataclasses import dataclass

import numpy as np

from perennial.uplift.arrays import Floats, Ints


@dataclass(frozen=True)
class Calibration:
    """What a learner's word is worth. `explained`: the share by which it lowers the doubly robust loss against "the
    same effect for everyone", once calibrated; negative when it points the wrong way. `standing`: the slope over its
    standard error.
    """

    average: float
    covariance: float
    explained: float
    standing: float

    def apply(self, said: Floats, among: Floats | None = None) -> Floats:
        """Uplift in units of the outcome: the average effect, and as much of what is said as can be believed.

        `among`: what was said of the customers whose average effect it is, if they are others.

        The slope is that of the best linear predictor (Chernozhukov, Demirer, Duflo & Fernández-Val 2018), shrunk by
        the positive part of 1 - 1/t² (James & Stein 1961): what cannot be told from noise is not said at all.
        """
        among = said if among is None else among
        spread = float(among.var())
        believed = max(0.0, 1 - 1 / self.standing**2) if self.standing > 0 else 0.0
        slope = believed * self.covariance / spread if spread > 0 else 0.0
        uplift: Floats = self.average + slope * (said - among.mean())
        return uplift


def calibrate(said: Floats, score: Floats, fold: Ints) -> Calibration:
    """The regression of the doubly robust scores on what was said, within folds: each was foretold by another fit."""
    said, rest = _centred(said, fold), _centred(score, fold)
    spread = float(np.mean(said**2))
    if spread <= 0:
        return Calibration(float(score.mean()), 0.0, 0.0, 0.0)
    covariance = float(np.mean(said * rest))
    error = float(np.sqrt(np.mean((said * (rest - covariance / spread * said)) ** 2) / len(said)))
    explained = covariance * abs(covariance) / (spread * float(np.mean(rest**2)))
    return Calibration(float(score.mean()), covariance, explained, covariance / error)


def _centred(values: Floats, fold: Ints) -> Floats:
    sizes = np.maximum(np.bincount(fold), 1)
    centred: Floats = values - (np.bincount(fold, values) / sizes)[fold]
    return centred
