"""A measured figure stands beside the command that prints it."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import DOCUMENTS

# Seconds, sizes, rates, counts of repetitions, points: what only a measurement can have found.
MEASURED = re.compile(
    r"\d (?:s|ms|[KMG]i?B)\b|\d (?:events|lines|rows)/s|\b\d+ of \d+\b|\| \d+\.\d+ |\bten million rows\b"
)
COMMAND = re.compile(r"`(?:make [a-z-]+|python\s+benchmarks/\w+\.py|pytest tests/[\w/.]+)|measured once")
BEFORE = 2
"""Blocks: a heading paragraph, a table and its remarks belong together."""


def unexplained_figures(text: str) -> list[str]:
    """The paragraphs, tables and lists that state a measured figure, without a command in them or just before."""
    blocks = text.split("\n\n")
    return [
        block
        for number, block in enumerate(blocks)
        if MEASURED.search(block) and not COMMAND.search("\n".join(blocks[max(0, number - BEFORE) : number + 1]))
    ]


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_figures_stand_beside_the_command_that_prints_them(document: Path) -> None:
    assert unexplained_figures(document.read_text()) == []


def test_a_figure_without_a_command_is_found() -> None:
    explained = "**The loop**, `python benchmarks/run.py`:\n\n| step | s |\n|---|---|\n| start | 43.4 |"
    assert unexplained_figures(explained) == []
    assert unexplained_figures("Fast.\n\nIt takes 4.9 s.") == ["It takes 4.9 s."]
