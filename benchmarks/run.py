"""make bench: the demo, step by step, in a home of its own; then the warehouse against bare PostgreSQL.

Everything printed was measured in this run. Options: --households N for a quicker look.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import airflow_share
import bare_sql
from memory import MemorySampler
from rich.console import Console

from perennial.console.cli.output import table

BIN = Path(sys.executable).parent
out = Console(width=110)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--households", type=int, help="only so many households")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="perennial-bench-"))
    os.environ["PERENNIAL_HOME"] = str(home)
    try:
        first, peak = run_demo(home, options.households)
        second, _ = run_demo(home, options.households)
        show_demo(first, second, peak)
        airflow_share.show(out, first["tasks"])
        bare_sql.show(out, home)
    finally:
        subprocess.run([BIN / "perennial", "down"], check=True, capture_output=True)
        shutil.rmtree(home)


def run_demo(home: Path, households: int | None) -> tuple[dict[str, Any], float]:
    """The demo's own JSON and the platform's peak memory in GiB."""
    command = [str(BIN / "perennial"), "demo", "--json"]
    command += ["--households", str(households)] if households else []
    with MemorySampler(home) as sampler:
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"The demo failed:\n{done.stdout}")
    return json.loads(done.stdout), sampler.peak_gib


def show_demo(first: dict[str, Any], second: dict[str, Any], peak: float) -> None:
    rows_of = {
        "ingest": "raw.events",
        "Airflow: build_marts": "marts.order_lines",
        "Airflow: publish_audiences": "audiences.members",
    }
    lines = []
    for step, seconds in first["seconds"].items():
        rows = first["rows"].get(rows_of.get(step, ""))
        rate = round(rows / seconds) if rows and seconds else None
        lines.append((step, round(seconds, 1), round(second["seconds"].get(step, 0.0), 1), rows, rate))
    out.print(table("The demo, step by step", ("step", "seconds", "second run", "rows", "rows/s"), lines))
    out.print(f"Peak memory of every process of the platform: {peak:.2f} GiB (proportional set size)")
    unchanged = all(first["rows"][name] == second["rows"][name] for name in first["rows"])
    out.print(
        f"Rows after the second run are {'the same' if unchanged else 'DIFFERENT'} in all {len(first['rows'])} tables\n"
    )


if __name__ == "__main__":
    main()
