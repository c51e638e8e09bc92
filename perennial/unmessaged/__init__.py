"""What happens to customers whom nobody messages: those who were not, and how many of all each stands for."""

from perennial.unmessaged.exposure import EXPOSURE_FEATURES, probability_of_a_message
from perennial.unmessaged.populations import Chosen, Method, Population, choose_unmessaged, effective_customers
from perennial.unmessaged.regression import Line, fit_line

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
