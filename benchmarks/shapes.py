"""What the platform says of brands of odd shapes, beside what is planted: stages, order within them, predictions.

For each shape in a home of its own: events in, marts, the gate, models, scores, audiences. Everything printed was
measured in this run. Options: --shape NAME... (default: all), --seed S, --json, --events FOLDER (keeps the events and
the truth there, and uses those that are there: so an older checkout's Python measures itself on the same events).
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))

import shape_figures
from shape_acceptance import ACCEPTANCE
from shape_chain import run_chain
from shape_table import print_details, print_table
from shape_truth import closed_statement, read_planted, write_brand

BIN = Path(sys.executable).parent
NAMES = (
    "weekly", "subscription", "minimum_term", "growing", "yearly", "once", "closed_days", "peak_and_outage", "whale",
    "mostly_anonymous", "season",
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--shape", nargs="+", choices=NAMES, default=NAMES, metavar="NAME")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--events", type=Path, help="a folder of events and truths, filled where they are missing")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.shape[0], options.events)
        return
    folder = options.events or Path(tempfile.mkdtemp(prefix="perennial-shapes-"))
    folder.mkdir(parents=True, exist_ok=True)
    results = []
    try:
        for shape in options.shape:
            results.append(in_home(shape, options.seed, folder))
            if not options.json:
                print_details(results[-1])
    finally:
        if options.events is None:
            shutil.rmtree(folder)
    if options.json:
        print(json.dumps(results, indent=2))
    else:
        print_table(results)


def in_home(shape: str, seed: int, folder: Path) -> dict[str, Any]:
    """One shape's figures, measured by another process in a home that is gone afterwards."""
    write_brand(shape, seed, folder)
    home = Path(tempfile.mkdtemp(prefix=f"perennial-{shape}-"))
    environment = {**os.environ, "PERENNIAL_HOME": str(home)}
    command = [sys.executable, __file__, "--measure", "--shape", shape, "--events", str(folder)]
    started = time.monotonic()
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        (folder / f"{shape}.log").write_text(done.stdout + done.stderr)
    finally:
        subprocess.run([BIN / "perennial", "down"], env=environment, check=True, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)
    lines = done.stdout.splitlines()
    found = json.loads(lines[-1]) if done.returncode == 0 else {"stopped_by": f"measuring: {done.stderr[-500:]}"}
    return {"shape": shape, "seed": seed, "seconds": round(time.monotonic() - started), **found}


def measure(shape: str, folder: Path) -> None:
    """Run the chain and print, as the last line, its figures."""
    planted = read_planted(shape, folder)
    chain = run_chain(folder / f"{shape}.jsonl.gz", planted.as_of, closed_statement(planted))
    found: dict[str, Any] = {
        "stopped_by": chain.stopped_by, "warnings": chain.warnings, "models": chain.models,
    }  # fmt: skip
    if chain.is_built:
        cadence = shape_figures.cadence(planted)
        found |= {"stages": shape_figures.stage_agreement(planted), "cadence": cadence}
        if shape in ACCEPTANCE:
            found["acceptance"] = ACCEPTANCE[shape](planted, cadence)
        found |= {"order": shape_figures.concordances(planted), "predictions": shape_figures.predictions(planted)}
    print(json.dumps(found, default=float))


if __name__ == "__main__":
    main()
