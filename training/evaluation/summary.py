"""A training's outcome in one sentence that a person can act on."""

from perennial.statistics import Interval
from training.evaluation.metrics import Evaluation
from training.specs import Spec


def tell_evaluation(spec: Spec, candidate: str, judged: Evaluation) -> str:
    """For example "blend: log loss 0.43 (baseline 0.45, better by +0.02 [+0.01, +0.03]); calibration error ..."."""
    loss, alone, everyone = judged.loss, judged.model.calibration, judged.model.calibration_everyone
    versus = "is the baseline itself" if candidate == spec.baseline else _tell_improvement(judged)
    return (
        f"{candidate}: {loss.replace('_', ' ')} {judged.model.metrics[loss]:.4g} ({versus}); "
        f"calibration error {_tell(alone.error)}"
        + ("" if alone.rows == everyone.rows else f" left alone, {_tell(everyone.error)} with the messaged")
    )


def _tell(error: Interval) -> str:
    return f"{error.estimate:.4f} [{error.low:.4f}, {error.high:.4f}]"


def _tell_improvement(judged: Evaluation) -> str:
    gain, baseline = judged.improvement, judged.baseline.metrics[judged.loss]
    return f"baseline {baseline:.4g}, {_verdict(gain)} {gain.estimate:+.4g} [{gain.low:+.4g}, {gain.high:+.4g}]"


def _verdict(gain: Interval) -> str:
    return "better by" if gain.low > 0 else "worse by" if gain.high < 0 else "no sure difference:"
