"""The README is the map: what it names is there, and what is there it names."""

import re
from pathlib import Path

import pytest
from typer.models import CommandInfo

from perennial.console.cli.main import app
from perennial.settings import PROJECT_ROOT

PAGES = sorted((PROJECT_ROOT / "docs").glob("*.md"))
DOCUMENTS = [PROJECT_ROOT / "README.md", PROJECT_ROOT / "CONTRIBUTING.md", *PAGES]
README = DOCUMENTS[0].read_text()


def every_command() -> set[str]:
    """All command paths, such as `audiences pull`."""
    groups = {group.name: group.typer_instance for group in app.registered_groups}
    paths = {_name(command) for command in app.registered_commands}
    return paths | {f"{name} {_name(inner)}" for name, group in groups.items() for inner in group.registered_commands}


def _name(command: CommandInfo) -> str:
    return command.name or command.callback.__name__.replace("_", "-")


def test_readme_names_every_command() -> None:
    missing = {path for path in every_command() if path.split()[-1] not in README}
    assert missing == set()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_documents_name_only_commands_that_are_there(document: Path) -> None:
    first_words = {path.split()[0] for path in every_command()} | {path.split()[-1] for path in every_command()}
    named = re.findall(r"^\s+(?:\.venv/bin/)?perennial ([a-z-]+)", document.read_text(), flags=re.MULTILINE)
    assert set(named) <= first_words


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_between_documents_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_make_targets_named_are_there(document: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT_ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    assert set(re.findall(r"(?:^\s+|`)make ([a-z-]+)", document.read_text(), flags=re.MULTILINE)) <= targets


def test_readme_names_every_dag_and_room() -> None:
    for dag in (PROJECT_ROOT / "dags").glob("*.py"):
        assert f"`{dag.stem}`" in README
    for room in ("dags", "dbt_project", "expectations", "feature_repo", "training"):
        assert f"`{room}/`" in README
    ground_floor = {"schema", "features", "holdout"}
    rooms = {path.parent.name for path in (PROJECT_ROOT / "perennial").glob("*/__init__.py")} - ground_floor
    assert {room for room in rooms if f"`perennial/{room}/`" not in README} == set()


def test_doors_in_the_readme_can_be_imported() -> None:
    import importlib

    for room, doors in re.findall(r"^\| `((?:perennial/)?[a-z]+)/` \|[^|]*\| (.*) \|$", README, flags=re.MULTILINE):
        if room in {"dags", "dbt_project", "perennial/console"}:
            continue
        module = importlib.import_module(room.replace("/", "."))
        for door in re.findall(r"`([a-z_]+)`", doors):
            assert hasattr(module, door), f"{room} has no door {door}"
