"""Calibrated probabilities of customers who are untreated: without a message within the horizon."""
