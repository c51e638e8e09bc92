"""Uplift as a person reads it: the verdict first, then what it rests on."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from perennial.console.terminal import table

if TYPE_CHECKING:
    from perennial.statistics import Interval
    from perennial.uplift import UpliftReport

COLOURS = {"personalise": "green", "treat_everyone": "cyan", "treat_no_one": "red", "cannot_tell": "yellow"}


def render_uplift(report: "UpliftReport") -> RenderableType:
    """The verdict in words, policies, deciles, ranking, segments, candidates, and every warning."""
    money = f"margin {report.margin:g} per {report.outcome}, cost {report.cost:g} per customer treated"
    lines: list[RenderableType] = [
        Text(f"{report.verdict.replace('_', ' ').capitalize()}", style=f"bold {COLOURS[report.verdict]}"),
        Text(f"{report.sentence}.\n"),
        table(f"Value per customer, net ({money})", ("treated", "share", "value", "95 % interval"), _policies(report)),
        Text(),
        table(
            f"Lift of {report.outcome} by decile, the most uplift first",
            ("decile", "customers", "predicted", "realised", "95 % interval"),
            [
                (one.number, one.customers, one.predicted, one.realised.estimate, _span(one.realised))
                for one in report.deciles
            ],
        ),
        _ranking(report),
        table(
            "Segments",
            ("segment", "customers", "lift"),
            [(g.segment, g.customers, g.description) for g in report.groups],
        ),
        Text(),
        *([Text(f"{report.targeting.sentence}.\n")] if report.targeting else []),
        table(
            "Candidates, on held-out rows",
            ("learner", "t-statistic of the slope", "chosen in folds"),
            [(one.description, round(one.t_statistic, 2), one.chosen_in_folds) for one in report.learners],
        ),
        Text(),
        _note(report.balance.sentence),
        *(_note(note) for note in report.notes),
    ]
    return Group(*lines)


def _policies(report: "UpliftReport") -> list[tuple[object, ...]]:
    return [(one.name, f"{one.treated_share:.1%}", one.value.estimate, _span(one.value)) for one in report.policies]


def _ranking(report: "UpliftReport") -> Text:
    ranking = report.ranking
    better = "beats random" if ranking.beats_random else "does not detectably beat random"
    return Text(
        f"The ranking {better}: Qini {ranking.qini.estimate:+.3g} ({_span(ranking.qini)}); "
        f"AUUC {ranking.auuc.estimate:+.3g} ({_span(ranking.auuc)}), at random {ranking.auuc_random:+.3g}.\n"
    )


def _span(interval: "Interval") -> str:
    return f"{interval.low:+.3g} to {interval.high:+.3g}"


def _note(text: str) -> Text:
    return Text(f"{text}.", style="bold red" if text.startswith("WARNING") else "dim")
