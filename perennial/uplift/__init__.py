"""Who answers to a treatment: uplift from randomised trials, and whether choosing by it is worth anything."""

from perennial.uplift.estimating import estimate
from perennial.uplift.pictures import save_picture
from perennial.uplift.problems import UpliftInputError
from perennial.uplift.results import Estimate, Group, Policy, Ranking, Segment, Targeting, Tenth, UpliftReport, Verdict
from perennial.uplift.segmenting import segments
from perennial.uplift.source import Data
from perennial.uplift.staging import StageUplift, estimate_stage
from perennial.uplift.writing import check_table, save_table

__all__ = [
    "Data",
    "Estimate",
    "Group",
    "Policy",
    "Ranking",
    "Segment",
    "StageUplift",
    "Targeting",
    "Tenth",
    "UpliftInputError",
    "UpliftReport",
    "Verdict",
    "check_table",
    "estimate",
    "estimate_stage",
    "save_picture",
    "save_table",
    "segments",
]
