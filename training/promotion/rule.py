"""The gate that a challenger has to pass to become champion: calibrated, and measurably better."""

from dataclasses import asdict, dataclass
from typing import Any

from perennial.stages import PredictionKind
from perennial.statistics import Interval

TOLERANCE = {PredictionKind.PROBABILITY: 0.02, PredictionKind.VALUE: 0.10}
"""How far the calibration error may lie from zero: mean distance per row, or share of the total."""


@dataclass(frozen=True)
class Decision:
    """What the gate concluded about a challenger, and why in words."""

    action: str
    reason: str
    evidence: dict[str, Any]

    @property
    def is_champion_now(self) -> bool:
        return self.action != "kept"


@dataclass(frozen=True)
class Evidence:
    """What is known when the gate decides. `over_...`: by how much the mean loss on held-out rows is lower.

    `calibration_error` and `over_baseline` None: history too short to judge the challenger. `over_champion` None: there
    is no champion, or no row later than what both have seen. `champion_problem`: why the champion cannot stay.
    """

    has_champion: bool
    calibration_error: Interval | None = None
    over_baseline: Interval | None = None
    over_champion: Interval | None = None
    champion_problem: str | None = None


def decide(kind: PredictionKind, evidence: Evidence) -> Decision:
    """The rule of the gate.

    Nobody who is surely miscalibrated or surely worse than the baseline. An empty place is taken; a champion only
    yields to one who is surely better. A challenger that could not be judged only ever takes an empty place.
    """
    refusal = _refuse(TOLERANCE[kind], evidence)
    action, reason = ("kept", refusal) if refusal else _accept(evidence)
    return Decision(action, reason, {"reason": reason, "tolerance": TOLERANCE[kind], **asdict(evidence)})


def _refuse(tolerance: float, evidence: Evidence) -> str | None:
    error, over_baseline = evidence.calibration_error, evidence.over_baseline
    if error is not None and error.low > tolerance:
        return f"not calibrated: its error is at least {error.low:.3f}, and {tolerance} is allowed"
    if over_baseline is not None and over_baseline.high < 0:
        return "surely worse than the baseline on the held-out rows"
    return None


def _accept(evidence: Evidence) -> tuple[str, str]:
    is_judged, over_champion = evidence.calibration_error is not None, evidence.over_champion
    if not evidence.has_champion:
        return "first", "there was no champion" + ("" if is_judged else ", and history is too short to judge this one")
    if evidence.champion_problem and is_judged:
        return "promoted", f"the champion {evidence.champion_problem}"
    if over_champion is None:
        return "kept", "there are no held-out rows later than what the champion has seen"
    told = f"{over_champion.estimate:+.4g} ({over_champion.low:+.4g} to {over_champion.high:+.4g})"
    if over_champion.low > 0:
        return "promoted", f"better than the champion, mean loss lower by {told}"
    return "kept", f"not surely better than the champion, mean loss lower by {told}"
