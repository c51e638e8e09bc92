"""Who answers to a treatment: uplift from randomised trials, and whether choosing by it is worth anything."""

from perennial.uplift.customer_table import check_table, save_table
from perennial.uplift.errors import UpliftInputError
from perennial.uplift.estimation import estimate
from perennial.uplift.plots import save_picture
from perennial.uplift.results import Estimate, Group, Policy, Ranking, Segment, Targeting, Tenth, UpliftReport, Verdict
from perennial.uplift.segment_rule import segments
from perennial.uplift.source import Data

__all__ = [
    "Data",
    "Estimate",
    "Group",
    "Policy",
    "Ranking",
    "Segment",
    "Targeting",
    "Tenth",
    "UpliftInputError",
    "UpliftReport",
    "Verdict",
    "check_table",
    "estimate",
    "save_picture",
    "save_table",
    "segments",
]
