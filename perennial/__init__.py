"""Perennial: an open, self-hosted platform for AI lifecycle marketing."""

__version__ = "0.2.0"
