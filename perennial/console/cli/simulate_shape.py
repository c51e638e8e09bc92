"""perennial simulate --shape: a brand of an odd shape, its truth beside its events."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rich.table import Table

from perennial.as_of import parse_as_of
from perennial.console.cli.output import show
from perennial.console.terminal import table

if TYPE_CHECKING:
    from perennial.simulation import ShapeReport


@dataclass(frozen=True)
class Size:
    """What was asked for; None: the shape's own."""

    customers: int | None
    days: int | None
    start: str | None
    seed: int


def simulate_a_shape(name: str, size: Size, out: Path | None, *, as_json: bool) -> None:
    """Write the brand and show what was written."""
    from perennial.simulation import find_shape, simulate_shape

    shape, file = find_shape(name), writable(out)
    start = first_day_of(size.start, shape.start, size.days or shape.days)
    report = simulate_shape(
        shape.name, file, customers=size.customers, days=size.days, start=start, seed=size.seed
    )  # fmt: skip
    show(report, as_json=as_json, render=render_shape)


def writable(out: Path | None) -> Path:
    """`out`, where a file can be made. Raises ValueError with what to type."""
    if out is None:
        raise ValueError("say where the events go: --out FILE, or --out FILE.gz to compress")
    if not out.absolute().parent.is_dir():
        raise ValueError(f"there is no folder {out.parent}: make it first, or choose another --out")
    return out


def first_day_of(start: str | None, default: date, days: int) -> date:
    """The first of `days` simulated days. Raises ValueError where ingest would refuse the last ones."""
    first = parse_as_of(start) if start else default
    # Refused before hours are spent on what ingest would refuse; late events come up to a week after the last day.
    latest = datetime.now(tz=UTC).date() - timedelta(days=days + 8)
    if first > latest:
        raise ValueError(f"{days} days from {first} reach into the future, which no ingest accepts: --start {latest}")
    return first


def render_shape(report: "ShapeReport") -> Table:
    rows = [
        ("shape", report.shape),
        ("customers", report.customers),
        ("days", report.days),
        ("last day", report.as_of),
        ("events", report.count_events),
        ("bytes before compression", report.bytes),
        ("seconds to generate", report.seconds_generating),
        ("seconds to write", report.seconds_writing),
        ("truth of each customer", report.truth),
    ]
    return table(f"Simulated into {report.file}", ("what", "value"), rows)
