"""The figures of `shapes.py`, for people."""

from typing import Any

from rich.console import Console
from rich.table import Table

STAGES = ("prospect", "onboarding", "engagement", "retention", "winback")
out = Console(width=150)


def print_table(results: list[dict[str, Any]]) -> None:
    """One line per shape: in each stage the share of its planted customers, and C of the order."""
    columns = ("shape", "published", "in the planted stage", *(f"{stage}: share, C" for stage in STAGES), "seconds")
    shown = Table(*columns, title="Brands of odd shapes: customers in their planted stage, C of the order within it")
    for result in results:
        shown.add_row(*_line(result))
    out.print(shown)


def print_details(result: dict[str, Any]) -> None:
    """What does not fit into the line of a shape."""
    for line in _details(result):
        out.print(line, highlight=False, markup=False, soft_wrap=True)


def _line(result: dict[str, Any]) -> list[str]:
    stages = result.get("stages", {"share": None, "per_stage": {}})
    orders = result.get("order", {})
    cells = [
        f"{_share(stages['per_stage'].get(stage, {}).get('share'))} {_number(orders.get(stage, {}).get('concordance'))}"
        for stage in STAGES
    ]
    published = "NO" if result["stopped_by"] else "yes"
    return [result["shape"], published, _share(stages["share"]), *cells, str(result["seconds"])]


def _details(result: dict[str, Any]) -> list[str]:
    lines = [f"{result['shape']}:"]
    if result["stopped_by"]:
        lines.append(f"  not published: {result['stopped_by']}")
    lines += [f"  warning {warning}" for warning in result.get("warnings", [])]
    if cadence := result.get("cadence"):
        thresholds = ", ".join(f"{name} {days:g}" for name, days in cadence["thresholds"].items())
        usual = "not known" if cadence["usual_gap_days"] is None else f"{cadence['usual_gap_days']:.3g} days"
        lines.append(
            f"  usual gap {usual} (planted {cadence['planted_gap_days']:.3g}) from {cadence['count_gaps']:,.0f} gaps; "
            f"{thresholds}; largest weekly movement {_share(cadence['largest_movement'])}"
        )
    for stage, found in result.get("stages", {}).get("per_stage", {}).items():
        names = ", ".join(f"{count:,} {name}" for name, count in found["stages"].items())
        lines.append(f"  planted {stage} ({found['customers']:,}): {names}")
    for stage, found in result.get("order", {}).items():
        by = f"ordered by {found['ordered_by']}, {found['members']:,} members"
        within = f"within {found['horizon_days']} days, {_number(found['concordance_own_gap'])} within an own gap"
        lines.append(f"  C {_number(found['concordance'])} in {stage} {within}; {by}")
    for name, found in sorted(result.get("predictions", {}).items()):
        few = "" if found["is_enough"] else ", few"
        lines.append(
            f"  {name}: predicted {found['predicted']:.3g}, planted {found['planted']:.3g} within "
            f"{found['horizon_days']} days ({found['customers']:,} customers{few})"
        )
    lines += [f"  {message}" for message in result.get("models", {}).values()]
    return lines + [f"  {name}: {_number(value)}" for name, value in result.get("acceptance", {}).items()]


def _share(value: float | None) -> str:
    return "-" if value is None else f"{100 * value:.0f} %"


def _number(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, float) else "-" if value is None else str(value)
