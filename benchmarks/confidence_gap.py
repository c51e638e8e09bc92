"""The confidence gap of each stage on the default market: events in, train on an earlier day, score, wait, compare.

Everything printed was measured in this run, in a home of its own.
Options: --customers N --days D --seed S --span WEEKS.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from perennial.stages import STAGE_MODELS

BIN = Path(sys.executable).parent
AIM = 2.0
"""Points, for every stage."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=420)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--span", type=int, default=13, help="weekly scorings before the last horizon closes")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="perennial-gap-"))
    os.environ["PERENNIAL_HOME"] = str(home)
    try:
        found = measure(home, options.customers, options.days, options.seed, options.span)
    finally:
        subprocess.run([BIN / "perennial", "down"], check=True, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)
    missing = sorted(stage for stage in STAGE_MODELS if stage not in found)
    print(f"Stages that cannot be told yet: {', '.join(missing) or 'none'}")
    sys.exit(1 if missing or any(gap > AIM for gap in found.values()) else 0)


def measure(home: Path, customers: int, days: int, seed: int, span: int) -> dict[str, float]:
    """The gap of each stage in points, printed as it is found; the home's servers stay up."""
    from perennial.platform import up
    from perennial.settings import load_settings

    started = time.perf_counter()
    up(announce=lambda _: None, services=("valkey", "mlflow"))
    load_settings.cache_clear()
    os.environ["MLFLOW_TRACKING_URI"] = load_settings().require("mlflow_url")
    last = _fill(home, customers, days, seed)
    print(f"{customers:,} customers over {days} days, seed {seed}: {time.perf_counter() - started:.0f} s to the marts")
    return _predict_and_compare(last, span)


def _fill(home: Path, customers: int, days: int, seed: int) -> date:
    from perennial.ingestion import ingest_file
    from perennial.newest import newest_event_day
    from perennial.warehouse import build

    file = home / "market.jsonl.gz"
    count = ("--customers", str(customers), "--days", str(days), "--seed", str(seed))
    simulate: list[str | Path] = [BIN / "perennial", "simulate", *count, "--out", file, "--json"]
    subprocess.run(simulate, check=True, stdout=subprocess.DEVNULL)
    print(ingest_file(str(file)))
    # The market's last days hold late arrivals only; the day before the last week is whole.
    last = newest_event_day() - timedelta(days=7)
    build(last)
    return last


def _predict_and_compare(last: date, span: int) -> dict[str, float]:
    from perennial.features import apply_feature_repo
    from perennial.realisation import measure_realised, read_realised
    from training import SPECS, score, train

    apply_feature_repo()
    found: dict[str, float] = {}
    for stage, model in STAGE_MODELS.items():
        closed = last - timedelta(days=SPECS[model].horizon_days)
        final = closed - timedelta(days=closed.isoweekday() % 7)
        scored = [final - timedelta(weeks=week) for week in reversed(range(span))]
        print(train(SPECS[model], scored[0]))
        for day in scored:
            score(SPECS[model], day)
        print(next(part for part in _lines(str(measure_realised(last))) if part.startswith(f"{model}:")))
        for headline in read_realised(model, last).headlines:
            found[stage] = headline.gap
            verdict = "at most" if headline.gap <= AIM else "above"
            sure = "surely " if headline.gap_high <= AIM or headline.gap_low > AIM else ""
            print(f"  {stage}: {headline.gap:.2f} points, {sure}{verdict} the aim of {AIM:g}")
    return found


def _lines(text: str) -> list[str]:
    return text.splitlines()


if __name__ == "__main__":
    main()
