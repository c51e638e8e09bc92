"""Models: train, evaluate, register, promote, score, report. `training.specs` is the table of models.

scikit-learn and MLflow take seconds to import: each public name is imported when it is first asked for.
"""

from typing import TYPE_CHECKING

from perennial.lazy_exports import lazy_exports
from training.specs import SPECS, PredictionKind, Spec, UnknownModelError, find_spec

if TYPE_CHECKING:
    from training.evaluation.contracts import Evaluation
    from training.evaluation.training_summary import TrainingSummary
    from training.promotion.champions import champion
    from training.promotion.dueness import is_due, why_due
    from training.promotion.manual_override import promote, rollback
    from training.recalibration import recalibrate
    from training.reporting import ModelLine, ModelReport, list_models, report
    from training.scoring import score
    from training.training_run import train

__all__ = [
    "SPECS",
    "Evaluation",
    "ModelLine",
    "ModelReport",
    "PredictionKind",
    "Spec",
    "TrainingSummary",
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
        "evaluation.contracts": ("Evaluation",),
        "evaluation.training_summary": ("TrainingSummary",),
        "promotion.champions": ("champion",),
        "promotion.dueness": ("is_due", "why_due"),
        "promotion.manual_override": ("promote", "rollback"),
        "recalibration": ("recalibrate",),
        "reporting": ("ModelLine", "ModelReport", "list_models", "report"),
        "scoring": ("score",),
        "training_run": ("train",),
    },
)
