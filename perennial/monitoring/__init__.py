"""Calibration monitoring (predicted against realised, once a horizon has closed), and drift until it has.

numpy and pandas take a while to import: each public name is imported when it is first asked for.
"""

from typing import TYPE_CHECKING

from perennial.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from perennial.monitoring.calibration_records import CalibrationRecord
    from perennial.monitoring.drift import DriftReport, measure_drift
    from perennial.monitoring.measurement import CalibrationGapReport, measure_calibration_gap
    from perennial.monitoring.plots import save_calibration_plot
    from perennial.monitoring.summary import CalibrationSummary, gap_sentence, read_calibration_gap

__all__ = [
    "CalibrationGapReport",
    "CalibrationRecord",
    "CalibrationSummary",
    "DriftReport",
    "gap_sentence",
    "measure_calibration_gap",
    "measure_drift",
    "read_calibration_gap",
    "save_calibration_plot",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "calibration_records": ("CalibrationRecord",),
        "drift": ("DriftReport", "measure_drift"),
        "measurement": ("CalibrationGapReport", "measure_calibration_gap"),
        "plots": ("save_calibration_plot",),
        "summary": ("CalibrationSummary", "gap_sentence", "read_calibration_gap"),
    },
)
