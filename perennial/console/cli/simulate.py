"""perennial simulate: the events of a market with a known truth, and how it compares with real shoppers."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.table import Table

from perennial.console.cli.output import JsonOption, error_handler, show
from perennial.console.cli.progress import progress_bar
from perennial.console.cli.simulate_shape import Size, first_day_of, simulate_a_shape, writable
from perennial.console.terminal import table

if TYPE_CHECKING:
    from perennial.simulation import Figure, SimulationReport

COMPLETE_JOURNEY = "complete-journey"
CUSTOMERS, DAYS = 2_500, 365


def register(app: typer.Typer) -> None:
    """Add `perennial simulate`."""
    app.command()(simulate)


def simulate(
    customers: Annotated[
        int | None, typer.Option(min=1, help="The number of customers: 2,500 in a market, or the shape's own.")
    ] = None,
    days: Annotated[
        int | None, typer.Option(min=1, help="The number of days to simulate: 365, or the shape's own.")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same file, byte by byte.")] = 0,
    out: Annotated[Path | None, typer.Option(help="FILE, or FILE.gz to compress.")] = None,
    start: Annotated[str | None, typer.Option(help="The first day, as YYYY-MM-DD.")] = None,
    shape: Annotated[
        str | None, typer.Option(metavar="NAME", help="A brand of this shape, such as yearly, its truth beside it.")
    ] = None,
    compare: Annotated[str | None, typer.Option(metavar=COMPLETE_JOURNEY, help="Beside real shoppers instead.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Write the events of a simulated market, or of a brand of an odd shape, for `perennial ingest events`."""
    with error_handler(as_json=as_json):
        if compare is not None:
            _refuse_beside_compare({"--shape": shape, "--days": days, "--out": out, "--start": start})
            _compare(compare, customers or CUSTOMERS, seed, as_json)
        elif shape is not None:
            simulate_a_shape(shape, Size(customers, days, start, seed), out, as_json=as_json)
        else:
            with progress_bar(f"Simulating {days or DAYS} days", as_json=as_json) as update:
                report = _written(customers or CUSTOMERS, days or DAYS, seed, writable(out), start, update)
                show(report, as_json=as_json, render=render_simulation)


def _written(customers: int, days: int, seed: int, out: Path, start: str | None, update: Any) -> "SimulationReport":
    from perennial.simulation import START, Market, simulate_file

    first_day = first_day_of(start, START, days)
    return simulate_file(Market(customers, start=first_day, seed=seed), days, out, progress=update)


def _refuse_beside_compare(given: dict[str, object]) -> None:
    if named := [option for option, value in given.items() if value is not None]:
        raise ValueError(
            f"--compare writes no file and always takes a year of the default market: leave out {', '.join(named)}"
        )


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
