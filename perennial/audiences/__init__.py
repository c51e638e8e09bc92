"""Scores to audiences: publish them, pull them, compare them, explain them."""

from perennial.audiences.admission import PublishRefusedError
from perennial.audiences.comparison import Departure, Diff, diff
from perennial.audiences.conditions import Condition
from perennial.audiences.explanations import Explanation, UnknownDayError, explain
from perennial.audiences.extracts import NoProbabilityError, pull, pull_run
from perennial.audiences.member_files import FORMATS, to_rows, write_members
from perennial.audiences.profiles import (
    ConsentState,
    Membership,
    ModelScore,
    Profile,
    UnknownCustomerError,
    describe,
)
from perennial.audiences.publication import Effect, publish, publish_segment
from perennial.audiences.runs import NoRunError, Run, list_runs, newest_run, read_run
from perennial.audiences.segments import publish_segments

__all__ = [
    "FORMATS",
    "Condition",
    "ConsentState",
    "Departure",
    "Diff",
    "Effect",
    "Explanation",
    "Membership",
    "ModelScore",
    "NoProbabilityError",
    "NoRunError",
    "Profile",
    "PublishRefusedError",
    "Run",
    "UnknownCustomerError",
    "UnknownDayError",
    "describe",
    "diff",
    "explain",
    "list_runs",
    "newest_run",
    "publish",
    "publish_segment",
    "publish_segments",
    "pull",
    "pull_run",
    "read_run",
    "to_rows",
    "write_members",
]
