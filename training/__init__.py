"""Models: train, evaluate, register, promote, score, report. Which models there are stands in `training.specs`.

scikit-learn and MLflow take seconds to import: each public name is imported when it is first asked for.
"""

from typing import TYPE_CHECKING

from perennial.lazy_exports import lazy_exports
from training.specs import SPECS, PredictionKind, Spec, UnknownModelError, find_spec

if TYPE_CHECKING:
    from training.promotion.champions import champion, is_due, promote, rollback, why_due
    from training.recalibration import recalibrate
    from training.reporting import ModelLine, ModelReport, list_models, report
    from training.scoring import score
    from training.training_run import train

__all__ = [
    "SPECS",
    "ModelLine",
    "ModelReport",
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

__getattr__ = lazy_exports(
    __name__,
    {
        "promotion.champions": ("champion", "is_due", "promote", "rollback", "why_due"),
        "recalibration": ("recalibrate",),
        "reporting": ("ModelLine", "ModelReport", "list_models", "report"),
        "scoring": ("score",),
        "training_run": ("train",),
    },
)
