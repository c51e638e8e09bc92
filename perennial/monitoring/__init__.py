"""Calibration monitoring (predicted against realised, once a horizon has closed), and drift until it has.

numpy and pandas take a while to import: each public name is imported when it is first asked for.
"""

from typing import TYPE_CHECKING

from perennial.lazy_exports import lazy_exports

if TYPE_CHECKING:
    from perennial.monitoring.drift import DriftReport, measure_drift
    from perennial.monitoring.measurement import RealisedReport, measure_realised
    from perennial.monitoring.plots import save_realised_picture
    from perennial.monitoring.summary import Realised, read_realised

__all__ = [
    "DriftReport",
    "Realised",
    "RealisedReport",
    "measure_drift",
    "measure_realised",
    "read_realised",
    "save_realised_picture",
]

__getattr__ = lazy_exports(
    __name__,
    {
        "drift": ("DriftReport", "measure_drift"),
        "measurement": ("RealisedReport", "measure_realised"),
        "plots": ("save_realised_picture",),
        "summary": ("Realised", "read_realised"),
    },
)
