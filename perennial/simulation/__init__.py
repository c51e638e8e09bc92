"""A simulated market with a known ground truth: customers respond to messages, and every counterfactual can be read."""

from perennial.simulation.actions import Action, Channel, Decisions
from perennial.simulation.file import SimulationReport, simulate_file
from perennial.simulation.market import Market
from perennial.simulation.settings import MarketSettings
from perennial.simulation.trial import Trial

__all__ = ["Action", "Channel", "Decisions", "Market", "MarketSettings", "SimulationReport", "Trial", "simulate_file"]
