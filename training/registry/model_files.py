"""Load model files safely: skops files of trusted types only, those of older releases included."""

import sys
from importlib import import_module
from pathlib import Path

from training.estimators.candidates import Estimator

# What a model file may contain beyond skops' own list of harmless types. A file with any other type is not loaded.
TRUSTED_TYPES = (
    "numpy.dtype",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "training.estimators.blend.MarginBlend",
    "training.estimators.buy_till_you_die.BuyTillYouDie",
    "training.estimators.value_model.ValueModel",
)

# Model files written before 0.2 name these modules: a champion of an older home is served until it is replaced.
MOVED_MODULES = {
    "training.blend": "training.estimators.blend",
    "training.buyers": "training.estimators.buy_till_you_die",
    "training.value_model": "training.estimators.value_model",
}
MOVED_TYPES = ("training.blend.MarginBlend", "training.buyers.BuyTillYouDie", "training.value_model.ValueModel")


def load_model_file(file: Path) -> Estimator:
    """The estimator in a skops file.

    Raises skops.io.exceptions.UntrustedTypesFoundException when it contains any type beyond the trusted ones.
    """
    import skops.io

    for old, new in MOVED_MODULES.items():
        sys.modules.setdefault(old, import_module(new))
    return skops.io.load(file, trusted=[*TRUSTED_TYPES, *MOVED_TYPES])
