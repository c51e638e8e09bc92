"""The gate: may this data be used? Great Expectations suites for raw events and marts, with Data Docs in the home."""

from expectations.acceptance import accept_finding
from expectations.gate import validate_marts, validate_raw
from expectations.report import Check, GateBrokenError, GateFailedError, GateReport, Severity

__all__ = [
    "Check",
    "GateBrokenError",
    "GateFailedError",
    "GateReport",
    "Severity",
    "accept_finding",
    "validate_marts",
    "validate_raw",
]
