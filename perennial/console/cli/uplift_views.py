"""Uplift as a person reads it: the verdict first, then what it rests on."""

from typing import TYPE_CHECKING

from rich.console import Group, RenderableType
from rich.text import Text

from perennial.console.terminal import table

if TYPE_CHECKING:
    from perennial.uplift import Estimate, UpliftReport

COLOURS = {"personalise": "green", "treat_everyone": "cyan", "treat_no_one": "red", "cannot_tell": "yellow"}


def render_uplift(report: "UpliftReport") -> RenderableType:
    """The verdict in words, policies, tenths, ranking, segments, candidates and whatever casts doubt on them."""
    money = f"margin {report.margin:g} per {report.outcome}, cost {report.cost:g} per customer treated"
    lines: list[RenderableType] = [
        Text(f"{report.verdict.replace('_', ' ').capitalize()}", style=f"bold {COLOURS[report.verdict]}"),
        Text(f"{report.sentence}.\n"),
        table(f"Value per customer, net ({money})", ("treated", "share", "value", "95 % interval"), _policies(report)),
        Text(),
        table(
            f"Lift of {report.outcome} by tenth, the most uplift first",
            ("tenth", "customers", "predicted", "realised", "95 % interval"),
            [
                (one.number, one.customers, one.predicted, one.realised.value, _span(one.realised))
                for one in report.tenths
            ],
        ),
        _ranking(report),
        table(
            "Segments", ("segment", "customers", "in words"), [(g.segment, g.customers, g.words) for g in report.groups]
        ),
        Text(),
        *([Text(f"{report.targeting.sentence}.\n")] if report.targeting else []),
        table(
            "Candidates, on held-out rows",
            ("learner", "slope / its error", "chosen in folds"),
            [(one.words, round(one.standing, 2), one.chosen_in_folds) for one in report.learners],
        ),
        Text(),
        _doubt(report.balance.sentence),
        *(_doubt(note) for note in report.notes),
    ]
    return Group(*lines)


def _policies(report: "UpliftReport") -> list[tuple[object, ...]]:
    return [(one.name, f"{one.treated_share:.1%}", one.value.value, _span(one.value)) for one in report.policies]


def _ranking(report: "UpliftReport") -> Text:
    ranking = report.ranking
    better = "beats random" if ranking.beats_random else "does not detectably beat random"
    return Text(
        f"The order {better}: Qini {ranking.qini.value:+.3g} ({_span(ranking.qini)}); AUUC {ranking.auuc.value:+.3g} "
        f"({_span(ranking.auuc)}), at random {ranking.auuc_random:+.3g}.\n"
    )


def _span(estimate: "Estimate") -> str:
    return f"{estimate.low:+.3g} to {estimate.high:+.3g}"


def _doubt(words: str) -> Text:
    return Text(f"{words}.", style="bold red" if words.startswith("WARNING") else "dim")
