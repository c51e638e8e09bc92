"""Lift of a large experiment from a Parquet file: seconds and peak memory, in a process of its own for each question.

Prints what it measured. Options: --rows N (default 10,000,000). The file is written once to a temporary folder.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

BATCH = 1_000_000
DAYS = 60
SEED = 20260101
HELD_OUT, BUYING, LIFT = 0.1, 0.3, 0.02
QUESTIONS: dict[str, dict[str, object]] = {
    "mean, rate and ratio": {},
    "with two covariates (CUPED)": {"covariates": ["spend_before", "orders_before"]},
    "sequential, over time": {"time": "day", "sequential": True},
    "units checked for duplicates": {"unit": "customer"},
    "clusters of ten": {"cluster": "household"},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--question", choices=QUESTIONS, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.question:
        answer(options.file, options.question)
        return
    with tempfile.TemporaryDirectory(prefix="perennial-lift-") as folder:
        file = Path(folder) / "experiment.parquet"
        write(file, options.rows)
        print(f"{options.rows:,} rows, {file.stat().st_size / 2**20:,.0f} MiB of Parquet (aim: 10 s and 2 GB)")
        for question in QUESTIONS:
            command = [sys.executable, __file__, "--question", question, "--file", str(file)]
            print(
                f"  {question:32}{subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout}",
                end="",
            )


def write(file: Path, rows: int) -> None:
    generator = np.random.default_rng(SEED)
    writer = None
    for start in range(0, rows, BATCH):
        table = experiment(generator, start, min(BATCH, rows - start), rows)
        writer = writer or pq.ParquetWriter(file, table.schema)
        writer.write_table(table)
    assert writer is not None
    writer.close()


def experiment(generator: np.random.Generator, start: int, count: int, rows: int) -> pa.Table:
    """Rows of an experiment in order of arrival, with a planted lift in the treatment."""
    treated = generator.random(count) >= HELD_OUT
    before = generator.gamma(1.5, 20, count)
    amount = before * generator.gamma(2, 0.5, count) * (1 + LIFT * treated)
    spend = np.where(generator.random(count) < BUYING, amount, 0)
    sends = generator.poisson(4, count) + 1
    number = start + np.arange(count)
    return pa.table(
        {
            "customer": pc.binary_join_element_wise("customer", pa.array(number).cast(pa.string()), "-"),
            "household": generator.integers(0, max(1, rows // 10), count),
            "arm": pa.array(np.where(treated, "email", "holdout")).dictionary_encode(),
            "day": np.datetime64("2026-01-01") + number * DAYS // rows,
            "spend": spend,
            "bought": spend > 0,
            "sends": sends,
            "clicks": generator.binomial(sends, 0.1),
            "spend_before": before,
            "orders_before": generator.poisson(before / 20),
        }
    )


def answer(file: Path, question: str) -> None:
    started = time.perf_counter()
    from perennial.experimentation import analyze

    done = analyze(
        file,
        arm="arm",
        control="holdout",
        metrics=["spend", "bought", "clicks/sends"],
        expected_shares={"email": 1 - HELD_OUT, "holdout": HELD_OUT},
        **QUESTIONS[question],  # type: ignore[arg-type]  # one dictionary for arguments of every type
    )
    seconds = time.perf_counter() - started
    gib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    found = done.find("spend")
    print(f"{seconds:6.2f} s {gib:6.2f} GiB    spend {found.lift:+.3%}, standard error {found.lift_standard_error:.3%}")


if __name__ == "__main__":
    main()
