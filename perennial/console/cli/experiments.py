"""perennial experiments analyze | power | lift: what worked, and what it takes to find out."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from perennial.as_of import parse_as_of
from perennial.console.cli import holdout
from perennial.console.cli.experiment_views import render_analysis, render_lift, render_plan
from perennial.console.cli.output import JsonOption, error_handler, show
from perennial.console.terminal import announce

app = typer.Typer(help="What worked: the lift of an experiment, and what it takes to find one.", no_args_is_help=True)

Share = Annotated[float, typer.Option(min=0, max=1)]

app.add_typer(holdout.app, name="holdout")


@app.callback()
def experiments() -> None:
    """What worked: the lift of an experiment, and what it takes to find one."""


@app.command()
def analyze(
    file: Annotated[Path, typer.Argument(help="CSV or Parquet, one row for each unit (or see --unit, --cluster).")],
    arm: Annotated[str, typer.Option(help="The column that names each row's arm.")],
    control: Annotated[str, typer.Option(help="The arm to compare with, such as holdout.")],
    metric: Annotated[
        list[str], typer.Option(help="A column, or numerator/denominator. Repeat for several; they are corrected.")
    ],
    unit: Annotated[str | None, typer.Option(help="The column that names the unit, checked for duplicates.")] = None,
    duplicates: Annotated[
        Literal["refuse", "add"], typer.Option(help="Several rows of one unit: refuse them, or add them up.")
    ] = "refuse",
    covariate: Annotated[
        list[str] | None, typer.Option(help="A column known before the start; narrows the intervals (CUPED).")
    ] = None,
    cluster: Annotated[str | None, typer.Option(help="The column whose rows are correlated, such as a store.")] = None,
    sequential: Annotated[bool, typer.Option("--sequential", help="Intervals that hold at every look.")] = False,
    tuned_at: Annotated[
        int, typer.Option(min=1, help="With --sequential: the number of units at which intervals are tightest.")
    ] = 10_000,
    time: Annotated[str | None, typer.Option(help="The column with the day from which a row counts.")] = None,
    alpha: Annotated[float, typer.Option(help="The accepted share of false positives.")] = 0.05,
    expected_share: Annotated[
        list[str] | None, typer.Option(metavar="ARM=SHARE", help="The planned size of an arm. Equal by default.")
    ] = None,
    relevant_lift: Annotated[
        float | None, typer.Option(help="The smallest relative lift that would matter, such as 0.02.")
    ] = None,
    units_per_day: Annotated[float | None, typer.Option(help="New units a day; by default read from --time.")] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", "--picture", help="Plot the interval over time, .svg or .png.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """The lift of every arm over the control: differences, intervals, p-values, or how long to wait for them."""
    from perennial.experimentation import analyze, save_plot
    from perennial.tabular import check_plot_file

    with error_handler(as_json=as_json):
        if plot is not None:
            check_plot_file(plot)
        found = analyze(
            file,
            arm=arm,
            control=control,
            metrics=metric,
            unit=unit,
            duplicates=duplicates,
            covariates=covariate or (),
            cluster=cluster,
            time=time,
            sequential=sequential,
            tuned_at=tuned_at,
            alpha=alpha,
            expected_shares=_shares(expected_share),
            relevant_lift=relevant_lift,
            units_per_day=units_per_day,
        )
        if plot is not None:
            save_plot(found, plot)
            announce(f"The interval over time is plotted in {plot}")
        show(found.to_dict() if as_json else found, as_json=as_json, render=render_analysis)


@app.command()
def power(
    baseline: Annotated[float, typer.Option(help="The control's mean: 0.04 for a rate of 4 %.")],
    lift: Annotated[float | None, typer.Option(help="The relative lift to find: 0.05 for 5 %.")] = None,
    units: Annotated[int | None, typer.Option(min=1, help="Units available, to get the smallest lift.")] = None,
    days: Annotated[int | None, typer.Option(min=1, help="Instead of units, with --units-per-day.")] = None,
    units_per_day: Annotated[float | None, typer.Option(help="New units a day, in all arms.")] = None,
    deviation: Annotated[float | None, typer.Option(help="Of a mean: its standard deviation over units.")] = None,
    control_share: Share = 0.5,
    alpha: Share = 0.05,
    power: Share = 0.8,
    correlation: Annotated[float, typer.Option(help="Of the metric with a covariate to be used.")] = 0.0,
    sequential: Annotated[bool, typer.Option("--sequential", help="For intervals that hold at every look.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Before the start: the units and days that find a lift, or the smallest lift that so many units find."""
    from perennial.experimentation import power as plan_power

    with error_handler(as_json=as_json):
        plan = plan_power(
            baseline,
            lift,
            units=units,
            days=days,
            units_per_day=units_per_day,
            deviation=deviation,
            control_share=control_share,
            alpha=alpha,
            power=power,
            is_sequential=sequential,
            covariate_correlation=correlation,
        )
        show(plan, as_json=as_json, render=render_plan)


@app.command()
def lift(
    as_of: Annotated[str | None, typer.Option(help="Day it was measured as of; by default the newest.")] = None,
    as_json: JsonOption = False,
) -> None:
    """What each stage's audience achieved against the holdout, as the DAG measure_lift last measured it."""
    from perennial.stage_trials import read_lift

    with error_handler(as_json=as_json):
        show(read_lift(parse_as_of(as_of) if as_of else None), as_json=as_json, render=render_lift)


def _shares(texts: list[str] | None) -> dict[str, float] | None:
    if not texts:
        return None
    shares = {}
    for text in texts:
        arm, _, share = text.rpartition("=")
        try:
            shares[arm] = float(share)
        except ValueError as error:
            raise ValueError(f"--expected-share {text!r}: write it as ARM=SHARE, such as holdout=0.1") from error
    return shares
