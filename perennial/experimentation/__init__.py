"""What worked: lift between the arms of an experiment, with intervals that keep their confidence level."""

from perennial.experimentation.analysis import analyze
from perennial.experimentation.metrics import MetricKind
from perennial.experimentation.plots import save_plot
from perennial.experimentation.power_analysis import Plan, power
from perennial.experimentation.results import Analysis, ArmSize, Comparison, LiftVerdict, Look, SampleRatio
from perennial.experimentation.samples import Duplicates
from perennial.tabular import InputError

ExperimentInputError = InputError
"""Every package raises the same error for input that it cannot use."""

__all__ = [
    "Analysis",
    "ArmSize",
    "Comparison",
    "Duplicates",
    "ExperimentInputError",
    "LiftVerdict",
    "Look",
    "MetricKind",
    "Plan",
    "SampleRatio",
    "analyze",
    "power",
    "save_plot",
]
