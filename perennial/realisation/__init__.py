"""What came of the predictions: predicted against realised once a horizon has closed, and drift until it has.

The doors are imported when first asked for: numpy and pandas take a while.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from perennial.realisation.drifting import DriftReport, measure_drift
    from perennial.realisation.measuring import RealisedReport, measure_realised
    from perennial.realisation.pictures import save_realised_picture
    from perennial.realisation.reading import Realised, read_realised

_DOORS = {
    "DriftReport": "drifting",
    "Realised": "reading",
    "RealisedReport": "measuring",
    "measure_drift": "drifting",
    "measure_realised": "measuring",
    "read_realised": "reading",
    "save_realised_picture": "pictures",
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
        raise AttributeError(f"module 'perennial.realisation' has no attribute '{name}'")
    return getattr(import_module(f"perennial.realisation.{_DOORS[name]}"), name)
