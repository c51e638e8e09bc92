"""What came of the predictions: predicted against realised once a horizon has closed, and drift until it has.

The doors are imported when first asked for: numpy and pandas take a while.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from perennial.monitoring.drift import DriftReport, measure_drift
    from perennial.monitoring.measurement import RealisedReport, measure_realised
    from perennial.monitoring.plots import save_realised_picture
    from perennial.monitoring.summary import Realised, read_realised

_DOORS = {
    "DriftReport": "drift",
    "Realised": "summary",
    "RealisedReport": "measurement",
    "measure_drift": "drift",
    "measure_realised": "measurement",
    "read_realised": "summary",
    "save_realised_picture": "plots",
}

__all__ = [
    "DriftReport",
    "Realised",
    "RealisedReport",
    "measure_drift",
    "measure_realised",
    "read_realised",
    "save_realised_picture",
]


def __getattr__(name: str) -> Any:
    if name not in _DOORS:
        raise AttributeError(f"module 'perennial.monitoring' has no attribute '{name}'")
    return getattr(import_module(f"perennial.monitoring.{_DOORS[name]}"), name)
