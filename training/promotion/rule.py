"""The rule of the promotion gate: a challenger becomes champion when it is calibrated and measurably better."""

from dataclasses import asdict, dataclass
from typing import Any

from perennial.stages import PredictionKind
from perennial.statistics import Interval

TOLERANCE = {PredictionKind.PROBABILITY: 0.02, PredictionKind.VALUE: 0.10}
"""The largest calibration error allowed: mean distance per row in probability, or as a share of the total amount."""


@dataclass(frozen=True)
class Decision:
    """What the gate decided about a challenger, with the reason in words and the evidence that is stored.

    `action`: "first", "promoted" or "kept" (the champion stays); of a manual override "promoted_by_hand" or
    "rolled_back".
    """

    action: str
    reason: str
    evidence: dict[str, Any]


@dataclass(frozen=True)
class Evidence:
    """What is known when the gate decides. `over_...`: by how much the mean loss on held-out rows is lower.

    `calibration_error` and `over_baseline` None: history is too short to evaluate the challenger. `over_champion` None:
    there is no champion, or no held-out row after its training data. `champion_problem`: why the champion cannot stay.
    `peaks`: the days in the held-out period on which many ordered who rarely return, in words.
    """

    has_champion: bool
    calibration_error: Interval | None = None
    over_baseline: Interval | None = None
    over_champion: Interval | None = None
    champion_problem: str | None = None
    peaks: str | None = None


def decide(kind: PredictionKind, evidence: Evidence) -> Decision:
    """The decision about a challenger that predicts this kind; every comparison is of a 95 % interval.

    Refused when its calibration error is above `TOLERANCE` or its loss above the baseline's. Otherwise first champion,
    or promoted when its loss is below the champion's. One that could not be evaluated only becomes a first champion.
    """
    refusal = _refuse(TOLERANCE[kind], evidence)
    action, reason = ("kept", refusal) if refusal else _accept(evidence)
    return Decision(action, reason, {"reason": reason, "tolerance": TOLERANCE[kind], **asdict(evidence)})


def _refuse(tolerance: float, evidence: Evidence) -> str | None:
    error, over_baseline = evidence.calibration_error, evidence.over_baseline
    because = f"; {evidence.peaks}" if evidence.peaks else ""
    if error is not None and error.low > tolerance:
        return f"not calibrated: its error is at least {error.low:.3f}, and {tolerance} is allowed{because}"
    if over_baseline is not None and over_baseline.high < 0:
        return f"worse than the baseline on the held-out rows{because}"
    return None


def _accept(evidence: Evidence) -> tuple[str, str]:
    is_evaluated, over_champion = evidence.calibration_error is not None, evidence.over_champion
    if not evidence.has_champion:
        return "first", "there was no champion" + (
            "" if is_evaluated else ", and history is too short to evaluate this one"
        )
    if evidence.champion_problem and is_evaluated:
        return "promoted", f"the champion {evidence.champion_problem}"
    if over_champion is None:
        return "kept", "there are no held-out rows after the champion's training data"
    gain = f"{over_champion.estimate:+.4g} ({over_champion.low:+.4g} to {over_champion.high:+.4g})"
    if over_champion.low > 0:
        return "promoted", f"better than the champion, mean loss lower by {gain}"
    return "kept", f"not clearly better than the champion, mean loss lower by {gain}"
