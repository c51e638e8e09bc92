"""A brand of a shape as two files: its events, and the truth beside them."""

import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from perennial.simulation.file import BLOCK, SimulationReport, opened
from perennial.simulation.shapes.brand import draw_brand
from perennial.simulation.shapes.catalogue import find_shape
from perennial.simulation.shapes.contracts import Brand
from perennial.simulation.shapes.happenings import draw_happenings
from perennial.simulation.shapes.lines import text_of
from perennial.simulation.shapes.truth import planted_truth, truth_path, write_truth

_MOST_DAYS = 9_999


@dataclass(frozen=True)
class ShapeReport(SimulationReport):
    """A brand that was written: `truth` is the file of what is planted for each customer, as of the day `as_of`."""

    shape: str
    truth: str
    as_of: date


def brand_of(
    name: str, *, customers: int | None = None, days: int | None = None, start: date | None = None, seed: int = 0
) -> Brand:
    """The brand of the shape `name`; its own number of customers and days, and its own start, where none is given.

    Raises UnknownShapeError, or ValueError for a size that the shape cannot have.
    """
    shape = find_shape(name)
    days, customers = shape.days if days is None else days, shape.customers if customers is None else customers
    if not 1 <= days <= _MOST_DAYS:
        raise ValueError(f"a brand can be simulated for 1 to {_MOST_DAYS:,} days, not {days}")
    return draw_brand(shape, customers=customers, days=days, start=start or shape.start, seed=seed)


def simulate_shape(
    name: str,
    out: Path,
    *,
    customers: int | None = None,
    days: int | None = None,
    start: date | None = None,
    seed: int = 0,
) -> ShapeReport:
    """Afterwards `out` holds a brand's events in the order of time, gzip when it ends in .gz.

    `truth_path(out)` holds what is planted for each customer at the end of the last day. The same arguments
    give the same bytes. A file that could not be finished is removed. Raises as `brand_of`, and OSError when a file
    cannot be written.
    """
    begun = time.monotonic()
    brand = brand_of(name, customers=customers, days=days, start=start, seed=seed)
    events, truth, beside = draw_happenings(brand), planted_truth(brand), truth_path(out)
    before, size = time.monotonic(), 0
    part = out.with_name(f"{out.name}.part")
    try:
        with opened(part, is_gzip=out.suffix == ".gz") as stream:
            for first in range(0, len(events), BLOCK):
                text = text_of(brand, events.take(np.arange(first, min(first + BLOCK, len(events)))))
                stream.write(text)
                size += len(text)
        write_truth(truth, beside)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    as_of = (np.datetime64(brand.clock.start) + brand.today).astype(date)
    writing = time.monotonic() - before
    return ShapeReport(
        file=str(out),
        customers=len(brand.customers),
        days=brand.days,
        count_events=len(events),
        count_lines=len(events),
        bytes=size,
        seconds_generating=before - begun,
        seconds_writing=writing,
        shape=brand.shape.name,
        truth=str(beside),
        as_of=as_of,
    )
