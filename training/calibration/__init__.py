"""Probabilities that mean what they say of customers whom nobody messages."""
