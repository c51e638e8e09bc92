"""What worked: lift between the arms of an experiment, with intervals that mean what they say."""

from perennial.experimentation.analysis import Duplicates, analyze
from perennial.experimentation.errors import ExperimentInputError
from perennial.experimentation.metrics import Kind
from perennial.experimentation.plots import save_picture
from perennial.experimentation.power_analysis import Plan, power
from perennial.experimentation.results import Analysis, Arm, Comparison, Interval, Look, SampleRatio, Verdict
from perennial.experimentation.source import Data

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
    "Verdict",
    "analyze",
    "power",
    "save_picture",
]
