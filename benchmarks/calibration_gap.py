"""The calibration gap of each stage on the default market, over a year of weekly scores: as a brand can measure it, on
untreated customers; and against the market's true probabilities.

Events in, models trained again every quarter of the year as the loop trains them, every Sunday scored by the champion
of that day, horizons closed, compared. Everything printed was measured in this run, in a home of its own.
Options: --customers N --days D --seed S --span WEEKS --retrain WEEKS.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import date, timedelta
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import market_truth

from perennial.models import model_of
from perennial.simulation import Market
from perennial.stages import Stage

BIN = Path(sys.executable).parent
START = date(2024, 1, 1)
AIM = 2.0
"""Points, for every stage."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--span", type=int, default=52, help="weekly scorings before the last horizon closes")
    parser.add_argument("--retrain", type=int, default=13, help="weeks between trainings")
    options = parser.parse_args()
    home = Path(tempfile.mkdtemp(prefix="perennial-gap-"))
    os.environ["PERENNIAL_HOME"] = str(home)
    try:
        last = fill(home, options.customers, options.days, options.seed)
        predict(last, options.span, options.retrain)
        found = compare(last, options.span, Market(options.customers, start=START, seed=options.seed))
    finally:
        subprocess.run([BIN / "perennial", "down"], check=True, capture_output=True)
        shutil.rmtree(home, ignore_errors=True)
    missed = sorted(stage for stage in stage_models() if stage not in found or found[stage] > AIM)
    print(f"The aim of at most {AIM:g} points is missed in: {', '.join(missed) or 'no stage'}")


def stage_models() -> dict[Stage, str]:
    """The stages whose audience a model orders, and which model: those whose true probability the market knows."""
    models = {stage: model_of(stage) for stage in Stage}
    return {stage: model for stage, model in models.items() if model in market_truth.ORACLES}


def fill(home: Path, customers: int, days: int, seed: int) -> date:
    """Start the platform, ingest a market's events, build the marts; returns the last complete day."""
    from perennial.as_of import default_day
    from perennial.ingestion import ingest_file
    from perennial.platform import up
    from perennial.settings import load_settings
    from perennial.warehouse import build

    started = time.perf_counter()
    up(announce=lambda _: None, services=("valkey", "mlflow"))
    load_settings.cache_clear()
    os.environ["MLFLOW_TRACKING_URI"] = load_settings().require("mlflow_url")
    file = home / "market.jsonl.gz"
    which = ("--customers", str(customers), "--days", str(days), "--start", str(START), "--seed", str(seed))
    simulate: list[str | Path] = [BIN / "perennial", "simulate", *which, "--out", file, "--json"]
    subprocess.run(simulate, check=True, stdout=subprocess.DEVNULL)
    print(ingest_file(str(file)), flush=True)
    # The market's last days hold late arrivals only; the day before the last week is complete.
    last = default_day().as_of - timedelta(days=7)
    build(last)
    print(f"{customers:,} customers over {days} days, seed {seed}: {time.perf_counter() - started:.0f} s to the marts")
    return last


def predict(last: date, span: int, retrain: int) -> None:
    """Every stage's customers scored on the Sundays before the last horizon closed, two stages at a time."""
    from perennial.features import apply_feature_repo
    from training import SPECS

    apply_feature_repo()
    sundays = {}
    for model in stage_models().values():
        closed = last - timedelta(days=SPECS[model].horizon_days)
        final = closed - timedelta(days=closed.isoweekday() % 7)
        sundays[model] = [final - timedelta(weeks=week) for week in reversed(range(span))]
    # A new interpreter for each stage: none inherits an open connection.
    with ProcessPoolExecutor(2, mp_context=get_context("spawn"), max_tasks_per_child=1) as pool:
        for summaries in pool.map(predict_stage, sundays, sundays.values(), [retrain] * len(sundays)):
            print(summaries, flush=True)


def predict_stage(model: str, sundays: list[date], retrain: int) -> str:
    """Train on the first Sunday and every `retrain` weeks, score on each; returns a summary of each training."""
    from training import SPECS, score, train

    summaries = []
    for number, day in enumerate(sundays):
        if number % retrain == 0:
            summaries.append(f"{day} {train(SPECS[model], day)}")
        score(SPECS[model], day)
    return "\n".join(summaries)


def compare(last: date, span: int, market: Market) -> dict[Stage, float]:
    """The gap of each stage in points over `span` weeks, as a brand can measure it; printed beside the truth."""
    from perennial.monitoring import measure_calibration_gap, read_calibration_gap

    print(measure_calibration_gap(last, span_days=7 * span))
    truths = market_truth.gaps(market, last)
    found: dict[Stage, float] = {}
    for stage, model in stage_models().items():
        for headline in read_calibration_gap(model, last).headlines:
            found[stage] = headline.gap
            verdict = "at most" if headline.gap <= AIM else "above"
            is_outside = headline.gap_high <= AIM or headline.gap_low > AIM
            significance = "significantly " if is_outside else ""
            print(f"  {stage}: {headline.gap:.2f} points, {significance}{verdict} the aim of {AIM:g}; {truths[model]}")
    return found


if __name__ == "__main__":
    main()
