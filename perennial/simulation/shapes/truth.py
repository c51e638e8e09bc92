"""The truth beside the events: one row per customer, as of the last day."""

import csv
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from perennial.simulation.arrays import Bools, Floats, Ints
from perennial.simulation.shapes.contracts import Brand
from perennial.simulation.shapes.futures import order_probability, planted_future
from perennial.simulation.shapes.gaps import jitter
from perennial.simulation.shapes.lines import customer_ids
from perennial.simulation.shapes.states import are_gone, planted_stages

VALUE_DAYS = 56


@dataclass(frozen=True)
class Truth:
    """(customers,) each, at the end of the last day; the columns of the file, see docs/simulation.md."""

    customer_id: np.ndarray
    planted_state: np.ndarray
    own_gap_days: Floats
    jitter_days: Floats
    count_orders: Ints
    days_silent: Ints
    is_gone: Bools
    probability_7d: Floats
    probability_28d: Floats
    probability_two_orders_28d: Floats
    probability_own_gap: Floats
    expected_orders_56d: Floats
    expected_revenue_56d: Floats


def planted_truth(brand: Brand) -> Truth:
    """What the brand's process has planted for each customer."""
    pace, who = brand.clock.pace, brand.customers
    own_gap, jitter_days = who.gap / pace, jitter(who) / pace
    in_a_gap = brand.today + np.ceil(own_gap + jitter_days).astype(np.int64)
    month, value = planted_future(brand, 28), planted_future(brand, VALUE_DAYS)
    return Truth(
        customer_id=customer_ids(brand),
        planted_state=planted_stages(brand),
        own_gap_days=own_gap,
        jitter_days=jitter_days,
        count_orders=brand.state.count_orders,
        days_silent=brand.today - brand.state.last_on,
        is_gone=are_gone(brand),
        probability_7d=order_probability(brand, brand.today + 7),
        probability_28d=month.one_order,
        probability_two_orders_28d=month.two_orders,
        probability_own_gap=order_probability(brand, np.minimum(in_a_gap, len(brand.clock.intensity) - 1)),
        expected_orders_56d=value.expected_orders,
        expected_revenue_56d=value.expected_revenue,
    )


def truth_path(out: Path) -> Path:
    """Where the truth beside the events in `out` stands: brand.jsonl.gz has brand.truth.csv."""
    stem = out.name.removesuffix(".gz").removesuffix(".jsonl").removesuffix(".json").removesuffix(".ndjson")
    return out.with_name(f"{stem}.truth.csv")


def write_truth(truth: Truth, path: Path) -> None:
    """`truth` as CSV; booleans are true and false, numbers have six significant digits."""
    names = [column.name for column in fields(truth)]
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        writer.writerows(zip(*(_texts(getattr(truth, name)) for name in names), strict=True))


def _texts(column: np.ndarray) -> list[str]:
    if column.dtype == bool:
        return ["true" if value else "false" for value in column.tolist()]
    if np.issubdtype(column.dtype, np.floating):
        return [f"{value:.6g}" for value in column.tolist()]
    return [str(value) for value in column.tolist()]
