"""A simulated market with a known ground truth: customers respond to messages, and every counterfactual can be read."""

from typing import TYPE_CHECKING

from perennial.lazy_exports import lazy_exports
from perennial.simulation.actions import Action, Channel, Decisions
from perennial.simulation.file import SimulationReport, simulate_file
from perennial.simulation.market import START, Market
from perennial.simulation.settings import MarketSettings
from perennial.simulation.shapes import (
    SHAPES,
    Brand,
    Shape,
    ShapeReport,
    UnknownShapeError,
    brand_of,
    find_shape,
    planted_future,
    planted_truth,
    simulate_shape,
)
from perennial.simulation.trial import Trial

if TYPE_CHECKING:
    from perennial.simulation.comparison import ComparisonError, Figure, compare_with_complete_journey

__all__ = [
    "SHAPES",
    "START",
    "Action",
    "Brand",
    "Channel",
    "ComparisonError",
    "Decisions",
    "Figure",
    "Market",
    "MarketSettings",
    "Shape",
    "ShapeReport",
    "SimulationReport",
    "Trial",
    "UnknownShapeError",
    "brand_of",
    "compare_with_complete_journey",
    "find_shape",
    "planted_future",
    "planted_truth",
    "simulate_file",
    "simulate_shape",
]

# It alone needs pandas.
__getattr__ = lazy_exports(__name__, {"comparison": ("ComparisonError", "Figure", "compare_with_complete_journey")})
