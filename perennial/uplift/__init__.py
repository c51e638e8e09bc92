"""Who responds to a treatment: uplift from randomised trials, and whether targeting by it pays."""

from perennial.tabular import InputError
from perennial.uplift.customer_table import check_table, save_table, segments
from perennial.uplift.estimation import estimate
from perennial.uplift.plots import save_plot
from perennial.uplift.report import UpliftReport
from perennial.uplift.results import (
    Decile,
    Policy,
    Ranking,
    SegmentLift,
    Targeting,
    UpliftSegment,
    UpliftVerdict,
)

UpliftInputError = InputError
"""Every package raises the same error for input that it cannot use."""

__all__ = [
    "Decile",
    "Policy",
    "Ranking",
    "SegmentLift",
    "Targeting",
    "UpliftInputError",
    "UpliftReport",
    "UpliftSegment",
    "UpliftVerdict",
    "check_table",
    "estimate",
    "save_plot",
    "save_table",
    "segments",
]
