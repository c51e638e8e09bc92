"""Experiments as a person reads them: what changed, how certain that is, and what to conclude."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from perennial.console.terminal import table

if TYPE_CHECKING:
    from perennial.experimentation import Analysis, Comparison, Plan
    from perennial.stage_trials import StageLift
    from perennial.statistics import Interval

COLOURS = {"higher": "green", "lower": "red", "no relevant difference": "cyan", "cannot tell yet": "yellow"}


def render_analysis(analysis: "Analysis") -> RenderableType:
    """The arms, a table of comparisons, a sentence for each, and every note."""
    ratio = analysis.sample_ratio
    level = f"{1 - analysis.alpha:.0%}"
    how = "anytime-valid: look at any time" if analysis.is_sequential else "for one look, planned in advance"
    sizes = [(arm.name, arm.units, arm.rows, f"{arm.expected_share:.1%}") for arm in analysis.arms]
    columns = ("metric", "arm", "control", "treatment", "lift", f"{level} interval", "p", "p (Holm)")
    lines: list[RenderableType] = [
        table(f"Arms, by {analysis.unit_of_analysis}", ("arm", "units", "rows", "expected"), sizes),
        Text(f"{ratio.sentence} (p = {ratio.p_value:.3g})\n", style="bold red" if ratio.is_mismatch else "dim"),
        table(f"Against {analysis.control} ({how})", columns, [_row(one) for one in analysis.comparisons]),
        Text(),
        *(_comparison_sentence(one) for one in analysis.comparisons),
        *(Text(f"Note: {note}", style="yellow") for note in analysis.notes),
    ]
    return Group(*lines)


def _row(one: "Comparison") -> tuple[object, ...]:
    lift = f"{one.lift:+.2%}" if one.lift is not None else f"{one.difference:+.4g} (difference)"
    interval = _percent(one.lift_interval) if one.lift_interval is not None else _plain(one.interval)
    return (
        f"{one.metric} ({one.kind})",
        one.treatment,
        one.control_mean,
        one.treatment_mean,
        lift,
        interval,
        f"{one.p_value:.3g}",
        f"{one.p_adjusted:.3g}",
    )


def _percent(interval: "Interval") -> str:
    return f"{interval.low:+.2%} to {interval.high:+.2%}"


def _plain(interval: "Interval") -> str:
    return f"{interval.low:+.4g} to {interval.high:+.4g} (difference)"


def _comparison_sentence(one: "Comparison") -> Text:
    line = Text(f"{one.metric}, {one.treatment}: ", style="bold")
    line.append(f"{one.sentence}.", style=f"not bold {COLOURS[one.verdict]}")
    if one.variance_reduction is not None:
        line.append(f" Covariates took away {one.variance_reduction:.0%} of the variance.", style="not bold dim")
    return line


def render_plan(plan: "Plan") -> RenderableType:
    """What the experiment needs, or can find, in two lines."""
    how = "looking at any time" if plan.is_sequential else "looking once, at the end"
    days = f", {plan.days:,} days at {plan.units_per_day:,.0f} a day" if plan.days is not None else ""
    return Text(
        f"A lift of {plan.lift:.2%} on a baseline of {plan.baseline:g} is found with {plan.power:.0%} power by "
        f"{plan.units:,} units{days},\n{plan.units_control:,} in the control and {plan.units_treatment:,} in the "
        f"treatment, {how} (alpha {plan.alpha:g})."
    )


def render_lift(rows: "list[StageLift]") -> RenderableType:
    """A line for each stage and metric, and a sentence on each."""
    columns = ("stage", "metric", "messaged", "held out", "lift", "95 % interval, at any look", "days")
    sentences = [Text(f"{one.stage}, {one.metric}: ", style="bold").append(_lift_sentence(one)) for one in rows]
    return Group(table(f"Lift as of {rows[0].as_of}", columns, [_lift_row(one) for one in rows]), Text(), *sentences)


def _lift_sentence(one: "StageLift") -> Text:
    return Text(f"{one.sentence}.", style=f"not bold {COLOURS[one.verdict]}")


def _lift_row(one: "StageLift") -> tuple[object, ...]:
    lift = f"{one.lift:+.1%}" if one.lift is not None else "-"
    known = one.lift_low is not None and one.lift_high is not None
    interval = f"{one.lift_low:+.1%} to {one.lift_high:+.1%}" if known else "-"
    return (one.stage, one.metric, one.count_messaged, one.count_holdout, lift, interval, one.horizon_days)
