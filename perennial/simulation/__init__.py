"""A simulated market with a known ground truth: customers respond to messages, and every counterfactual can be read."""

from typing import TYPE_CHECKING

from perennial.lazy_exports import lazy_exports
from perennial.simulation.actions import Action, Channel, Decisions
from perennial.simulation.file import SimulationReport, simulate_file
from perennial.simulation.market import START, Market
from perennial.simulation.settings import MarketSettings
from perennial.simulation.trial import Trial

if TYPE_CHECKING:
    from perennial.simulation.comparison import ComparisonError, Figure, compare_with_complete_journey

__all__ = [
    "START",
    "Action",
    "Channel",
    "ComparisonError",
    "Decisions",
    "Figure",
    "Market",
    "MarketSettings",
    "SimulationReport",
    "Trial",
    "compare_with_complete_journey",
    "simulate_file",
]

# It alone needs pandas.
__getattr__ = lazy_exports(__name__, {"comparison": ("ComparisonError", "Figure", "compare_with_complete_journey")})
