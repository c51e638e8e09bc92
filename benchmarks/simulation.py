"""How fast a market makes its events, on one core, and how much memory a million customers take.

Everything printed was measured in this run, each row in a process of its own. Options: --quick for a smaller look.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from rich.console import Console

from perennial.console.cli.output import table

KIB = 1024
MIB = 1 << 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the customers")
    parser.add_argument("--child", nargs=3, metavar=("CUSTOMERS", "DAYS", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        customers, days, file = options.child
        print(json.dumps(measure(int(customers), int(days), Path(file))))
        return
    scale = 10 if options.quick else 1
    runs = [
        ("plain", 100_000 // scale, 14, "market.jsonl"),
        ("gzip", 100_000 // scale, 14, "market.jsonl.gz"),
        ("a million, 2 days", 1_000_000 // scale, 2, "market.jsonl"),
        ("a million, 7 days", 1_000_000 // scale, 7, "market.jsonl"),
    ]
    rows = [(name, customers, days, *in_own_process(customers, days, file)) for name, customers, days, file in runs]
    columns = (
        "run", "customers", "days", "lines", "MB", "CPU s generating", "lines/CPU s", "lines/s", "s writing",
        "peak MiB",
    )  # fmt: skip
    Console(width=140).print(table("Events of a market, generated on one core", columns, rows))


def in_own_process(customers: int, days: int, name: str) -> tuple[Any, ...]:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--child", str(customers), str(days), str(Path(folder) / name)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    figures = json.loads(done.stdout)
    return tuple(figures.values())


def measure(customers: int, days: int, file: Path) -> dict[str, float]:
    from perennial.simulation import Market, simulate_file
    from perennial.simulation.file import market_text

    busy = time.process_time()
    # Once without a file: what it costs to generate, lines of text included, apart from what it costs to write them.
    lines = sum(count for _, count in market_text(Market(customers, seed=1), days))
    busy = time.process_time() - busy
    report = simulate_file(Market(customers, seed=1), days, file)
    return {
        "lines": lines,
        "megabytes": round(report.bytes / 1e6),
        "cpu_seconds": round(busy, 1),
        "lines_per_cpu_second": round(lines / busy),
        "lines_per_second": round(lines / report.seconds_generating),
        "seconds_writing": round(report.seconds_writing, 1),
        "peak_mib": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * KIB / MIB),
    }


if __name__ == "__main__":
    main()
