"""What worked: lift between the arms of an experiment, with intervals that mean what they say."""

from perennial.experimentation.analyzing import Duplicates, analyze
from perennial.experimentation.metrics import Kind
from perennial.experimentation.pictures import save_picture
from perennial.experimentation.planning import Plan, power
from perennial.experimentation.problems import ExperimentInputError
from perennial.experimentation.results import Analysis, Arm, Comparison, Interval, Look, SampleRatio, Verdict
from perennial.experimentation.source import Data
from perennial.experimentation.stage_lift import StageLift, measure_lift, read_lift

__all__ = [
    "Analysis",
    "Arm",
    "Comparison",
    "Data",
    "Duplicates",
    "ExperimentInputError",
    "Interval",
    "Kind",
    "Look",
    "Plan",
    "SampleRatio",
    "StageLift",
    "Verdict",
    "analyze",
    "measure_lift",
    "power",
    "read_lift",
    "save_picture",
]
