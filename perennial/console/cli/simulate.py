"""perennial simulate: the events of a market with a known truth, and how it compares with real shoppers."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from perennial.as_of import parse_as_of
from perennial.console.cli.output import JsonOption, error_handler, show
from perennial.console.cli.progress import progress_bar
from perennial.console.terminal import table

if TYPE_CHECKING:
    from perennial.simulation import Figure, SimulationReport

COMPLETE_JOURNEY = "complete-journey"


def register(app: typer.Typer) -> None:
    """Add `perennial simulate`."""
    app.command()(simulate)


def simulate(
    customers: Annotated[int, typer.Option(min=1, help="The number of customers in the market.")] = 2_500,
    days: Annotated[int, typer.Option(min=1, help="The number of days to simulate.")] = 365,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same file, byte by byte.")] = 0,
    out: Annotated[Path | None, typer.Option(help="FILE, or FILE.gz to compress.")] = None,
    start: Annotated[str | None, typer.Option(help="The first day, as YYYY-MM-DD.")] = None,
    compare: Annotated[str | None, typer.Option(metavar=COMPLETE_JOURNEY, help="Beside real shoppers instead.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the events of a simulated market, for `perennial ingest events`."""
    with error_handler(as_json=as_json):
        if compare is not None:
            _compare(compare, customers, seed, as_json)
            return
        if out is None:
            raise ValueError("say where the events go: --out FILE, or --out FILE.gz to compress")
        first_day = _first_day(start, days)
        with progress_bar(f"Simulating {days} days", as_json=as_json) as update:
            show(_written(customers, days, seed, out, first_day, update), as_json=as_json, render=render_simulation)


def _written(customers: int, days: int, seed: int, out: Path, start: date, update: Any) -> "SimulationReport":
    from perennial.simulation import Market, simulate_file

    if not out.absolute().parent.is_dir():
        raise ValueError(f"there is no folder {out.parent}: make it first, or choose another --out")
    return simulate_file(Market(customers, start=start, seed=seed), days, out, progress=update)


def _first_day(start: str | None, days: int) -> date:
    from perennial.simulation import START

    first = parse_as_of(start) if start else START
    # Refused before hours are spent on what ingest would refuse; late events come up to a week after the last day.
    latest = datetime.now(tz=UTC).date() - timedelta(days=days + 8)
    if first > latest:
        raise ValueError(f"{days} days from {first} reach into the future, which no ingest accepts: --start {latest}")
    return first


def _compare(with_what: str, customers: int, seed: int, as_json: bool) -> None:
    if with_what != COMPLETE_JOURNEY:
        raise ValueError(f"'{with_what}' is nothing to compare with; there is: {COMPLETE_JOURNEY}")
    from perennial.simulation import compare_with_complete_journey

    show(compare_with_complete_journey(customers, seed), as_json=as_json, render=render_comparison)


def render_simulation(report: "SimulationReport") -> Table:
    rows = [
        ("customers", report.customers),
        ("days", report.days),
        ("events", report.count_events),
        ("lines", report.count_lines),
        ("bytes before compression", report.bytes),
        ("seconds to generate", report.seconds_generating),
        ("seconds to write", report.seconds_writing),
    ]
    return table(f"Simulated into {report.file}", ("what", "value"), rows)


def render_comparison(figures: "list[Figure]") -> Table:
    rows = [(figure.name, figure.simulated, figure.real) for figure in figures]
    return table("The market beside Complete Journey", ("figure", "market", "Complete Journey"), rows)
