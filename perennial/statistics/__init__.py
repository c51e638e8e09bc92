"""Statistics that packages share: intervals, calibration error, and the untreated population with its weights."""

from perennial.statistics.exposure import EXPOSURE_FEATURES, message_propensity
from perennial.statistics.regression import Line, fit_line
from perennial.statistics.untreated import (
    Population,
    SelectionMethod,
    WeightedRows,
    choose_untreated,
    effective_customers,
)

__all__ = [
    "EXPOSURE_FEATURES",
    "Line",
    "Population",
    "SelectionMethod",
    "WeightedRows",
    "choose_untreated",
    "effective_customers",
    "fit_line",
    "message_propensity",
]
