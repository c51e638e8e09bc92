"""A market whose truth is known: it answers to what is sent to its customers, and tells what would have been."""

from perennial.simulation.actions import Action, Channel, Decisions
from perennial.simulation.file import SimulationReport, simulate_file
from perennial.simulation.market import Market
from perennial.simulation.settings import MarketSettings
from perennial.simulation.trial import Trial

__all__ = ["Action", "Channel", "Decisions", "Market", "MarketSettings", "SimulationReport", "Trial", "simulate_file"]
