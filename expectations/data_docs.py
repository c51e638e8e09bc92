"""Data Docs that open without a network: Great Expectations' own pages in a plain style, and an index of every run.

The pages that it ships load scripts, fonts and images from a dozen hosts, and its index shows nothing without them.
"""

from pathlib import Path
from typing import Any

from great_expectations.render.view import DefaultJinjaPageView
from jinja2 import ChoiceLoader, Environment, FileSystemLoader

from expectations.report import GateReport
from expectations.run_history import GateRun

TEMPLATES = Path(__file__).with_name("templates")


class PageView(DefaultJinjaPageView):  # type: ignore[misc]  # GX ships without usable types here
    """Great Expectations' page of one validation, its frame taken from `templates/` instead."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.env.loader = ChoiceLoader([FileSystemLoader(TEMPLATES), self.env.loader])


class OwnIndex:
    """Replaces Great Expectations' index builder: `write_index` writes the index, from gate.runs."""

    def __init__(self, **options: Any) -> None:
        """Accept the options that the site builder passes."""

    def build(self, *, build_index: bool = True) -> tuple[None, dict[str, Any]]:  # noqa: ARG002  # GX calls by name
        return None, {}


def write_run(site: Path, gate_run_id: int, report: GateReport, pages: dict[str, str]) -> Path:
    """Write the page of one run, every check as a sentence with links to its details; returns its path."""
    path = run_page(site, gate_run_id)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(_environment().get_template("run.j2").render(report=report, pages=pages))
    return path


def write_index(site: Path, runs: list[GateRun]) -> None:
    """Write `index.html`: the runs, newest first, with their failures and a link to each whose page exists."""
    linked = [(run, run_page(site, run.gate_run_id).exists()) for run in runs]
    (site / "index.html").write_text(_environment().get_template("index.j2").render(runs=linked))


def run_page(site: Path, gate_run_id: int) -> Path:
    return site / "runs" / f"{gate_run_id}.html"


def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)
