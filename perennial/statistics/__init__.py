"""Statistics that packages share: intervals, calibration error, and the untreated population with its weights."""

from perennial.statistics.arrays import Bools, Floats, Ints, Names
from perennial.statistics.bootstrap import Resampled, mean_interval, percentile_interval, resample_sums
from perennial.statistics.calibration_error import Bin, Calibration, measure_calibration
from perennial.statistics.exposure import EXPOSURE_FEATURES, message_propensity
from perennial.statistics.interval import CONFIDENCE, Interval, t_interval
from perennial.statistics.regression import CalibrationLine, fit_calibration_line
from perennial.statistics.untreated import (
    Population,
    SelectionMethod,
    WeightedRows,
    choose_untreated,
    effective_customers,
)

__all__ = [
    "CONFIDENCE",
    "EXPOSURE_FEATURES",
    "Bin",
    "Bools",
    "Calibration",
    "CalibrationLine",
    "Floats",
    "Interval",
    "Ints",
    "Names",
    "Population",
    "Resampled",
    "SelectionMethod",
    "WeightedRows",
    "choose_untreated",
    "effective_customers",
    "fit_calibration_line",
    "mean_interval",
    "measure_calibration",
    "message_propensity",
    "percentile_interval",
    "resample_sums",
    "t_interval",
]
