"""perennial uplift: who responds to a treatment, and whether targeting them pays."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from perennial.console.cli.output import JsonOption, error_handler, show
from perennial.console.cli.uplift_views import render_uplift
from perennial.console.terminal import announce

if TYPE_CHECKING:
    from perennial.uplift import UpliftReport


def register(app: typer.Typer) -> None:
    app.command()(uplift)


def uplift(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet of a randomised trial, one row for each customer.")],
    treatment: Annotated[str, typer.Option(help="The column that names each row's arm.")],
    treated: Annotated[str, typer.Option(help="Its value for those who were treated.")],
    control: Annotated[str, typer.Option(help="Its value for those who were not.")],
    outcome: Annotated[str, typer.Option(help="The column with what happened afterwards, such as revenue.")],
    feature: Annotated[
        list[str] | None, typer.Option(help="A column known before the treatment. Default: all that can be one.")
    ] = None,
    propensity: Annotated[
        str | None, typer.Option(help="The column with each row's probability of treatment, if it was not the same.")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="The column that names the customer.")] = None,
    cost: Annotated[float, typer.Option(help="What treating a customer costs.")] = 0.0,
    margin: Annotated[float, typer.Option(help="What a unit of the outcome is worth, in the same money.")] = 1.0,
    risk: Annotated[
        str | None, typer.Option(help="A score by which those at highest risk would be targeted, to compare with.")
    ] = None,
    budget: Annotated[float, typer.Option(help="The share of customers treated in that comparison.")] = 0.3,
    seed: Annotated[int, typer.Option(help="The same seed gives the same report.")] = 0,
    out: Annotated[
        Path | None, typer.Option(help="Write every customer's uplift and segment, .csv or .parquet.")
    ] = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", "--picture", help="Plot the Qini curve and the lift by decile, .svg or .png."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Who responds to a treatment: uplift by customer, and whether targeting by it beats treating everyone alike."""
    from perennial.tabular import check_plot_file
    from perennial.uplift import check_table, estimate, save_plot, save_table

    with error_handler(as_json=as_json):
        if plot is not None:
            check_plot_file(plot)
        if out is not None:
            check_table(out)
        report: UpliftReport = estimate(
            file,
            treatment=treatment,
            treated=treated,
            control=control,
            outcome=outcome,
            features=feature or None,
            propensity=propensity,
            unit=unit,
            risk=risk,
            budget=budget,
            cost=cost,
            margin=margin,
            seed=seed,
        )
        if plot is not None:
            save_plot(report, plot)
            announce(f"The Qini curve and the lift by decile are plotted in {plot}")
        if out is not None:
            save_table(report, out)
            announce(f"The uplift of {report.rows:,} customers is in {out}")
        show(report.to_dict() if as_json else report, as_json=as_json, render=render_uplift)
