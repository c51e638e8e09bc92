"""Scores to audiences: publish them, pull them, compare them, explain them."""

from perennial.audiences.admission import PublishRefusedError
from perennial.audiences.comparing import Departure, Diff, diff
from perennial.audiences.describing import Profile, UnknownCustomerError, describe
from perennial.audiences.explaining import Explanation, UnknownDayError, explain
from perennial.audiences.gates import Gate
from perennial.audiences.publishing import Effect, publish, publish_segment
from perennial.audiences.pulling import NoProbabilityError, pull, pull_run
from perennial.audiences.runs import NoRunError, Run, list_runs, newest_run, read_run
from perennial.audiences.segments import publish_segments
from perennial.audiences.writing import FORMATS, to_rows, write_members

__all__ = [
    "FORMATS",
    "Departure",
    "Diff",
    "Effect",
    "Explanation",
    "Gate",
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
