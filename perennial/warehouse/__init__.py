"""The warehouse: raw events to marts, by dbt, as of a day."""

from perennial.warehouse.dbt_build import build
from perennial.warehouse.dbt_process import Progress
from perennial.warehouse.reports import BuildFailedError, BuildReport, NodeResult

__all__ = ["BuildFailedError", "BuildReport", "NodeResult", "Progress", "build"]
