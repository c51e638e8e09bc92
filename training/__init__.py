"""Models: train, judge, register, promote, score, report. Which models there are stands in `training.specs`.

The doors are imported when first asked for: scikit-learn and MLflow take seconds.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from training.specs import SPECS, PredictionKind, Spec, UnknownModelError, find_spec

if TYPE_CHECKING:
    from training.promotion.champions import champion, is_due, promote, rollback, why_due
    from training.recalibration import recalibrate
    from training.reporting import list_models, report
    from training.scoring import score
    from training.training_run import train

_DOORS = {
    "champion": "promotion.champions",
    "is_due": "promotion.champions",
    "list_models": "reporting",
    "promote": "promotion.champions",
    "recalibrate": "recalibration",
    "report": "reporting",
    "rollback": "promotion.champions",
    "score": "scoring",
    "train": "training_run",
    "why_due": "promotion.champions",
}

__all__ = [
    "SPECS",
    "PredictionKind",
    "Spec",
    "UnknownModelError",
    "champion",
    "find_spec",
    "is_due",
    "list_models",
    "promote",
    "recalibrate",
    "report",
    "rollback",
    "score",
    "train",
    "why_due",
]


def __getattr__(name: str) -> Any:
    if name not in _DOORS:
        raise AttributeError(f"module 'training' has no attribute '{name}'")
    return getattr(import_module(f"training.{_DOORS[name]}"), name)
