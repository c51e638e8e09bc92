"""The gate at a terminal: `python -m expectations raw|marts [--as-of DAY] [--accept]`.

Exit 0: passed, 1: stopped, 2: bad usage.
"""

import argparse
import sys
from datetime import date

from expectations.gate import validate_marts, validate_raw
from expectations.report import GateBrokenError, GateFailedError
from perennial.as_of import NoEventsError, default_day, parse_as_of

SUITES = {"raw": validate_raw, "marts": validate_marts}


def day(text: str) -> date:
    try:
        return parse_as_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def main(arguments: list[str] | None = None) -> int:
    """Run one suite and print its report."""
    parser = argparse.ArgumentParser(prog="python -m expectations", description="May this data be used?")
    parser.add_argument("suite", choices=SUITES)
    parser.add_argument("--as-of", type=day, help="the day, YYYY-MM-DD; by default the newest that events have made")
    parser.add_argument(
        "--accept",
        action="store_true",
        help="the history changed for good reason: do not compare with it, and compare later runs with this one",
    )
    chosen = parser.parse_args(arguments)
    try:
        report = SUITES[chosen.suite](chosen.as_of or default_day().as_of, is_accepted=chosen.accept)
    except (GateFailedError, GateBrokenError, NoEventsError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write(f"{report}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
