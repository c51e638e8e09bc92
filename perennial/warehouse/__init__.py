"""The warehouse: raw events to marts, by dbt, as of a day."""

from perennial.warehouse.build import Progress, build
from perennial.warehouse.reports import BuildFailedError, BuildReport, NodeResult

__all__ = ["BuildFailedError", "BuildReport", "NodeResult", "Progress", "build"]
