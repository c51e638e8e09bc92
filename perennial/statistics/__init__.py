"""Intervals, calibration error, and what is known of customers whom nobody messaged: statistics that packages share."""

from perennial.statistics.exposure import EXPOSURE_FEATURES, probability_of_a_message
from perennial.statistics.regression import Line, fit_line
from perennial.statistics.untreated import Chosen, Method, Population, choose_unmessaged, effective_customers

__all__ = [
    "EXPOSURE_FEATURES",
    "Chosen",
    "Line",
    "Method",
    "Population",
    "choose_unmessaged",
    "effective_customers",
    "fit_line",
    "probability_of_a_message",
]
