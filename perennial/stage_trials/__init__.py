"""What messaging a lifecycle stage achieved, and who responds to it: each stage's audience against its holdout."""

from perennial.stage_trials.cohort import MartsBehindError
from perennial.stage_trials.lift import StageLift, measure_lift, read_lift
from perennial.stage_trials.uplift import StageUplift, estimate_stage

__all__ = ["MartsBehindError", "StageLift", "StageUplift", "estimate_stage", "measure_lift", "read_lift"]
