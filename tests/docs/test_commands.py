"""Every command on a page can be typed: commands, options, targets, files and models are there."""

import ast
import importlib.util
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from perennial.settings import PROJECT_ROOT
from tests.docs.command_line import problem_of
from tests.docs.pages import DOCUMENTS, inline_code, typed, typed_in_blocks, typed_inline

MAKEFILE = (PROJECT_ROOT / "Makefile").read_text()
LISTED_TARGETS = set(re.findall(r"^([a-z-]+):.*## ", MAKEFILE, flags=re.MULTILINE))
FOLDERS = {path.name for path in PROJECT_ROOT.iterdir() if path.is_dir()}
# Between backticks, or in a column of commands beside what each is for.
ADVICE = re.compile(r"(?:`|^)(?:\.venv/bin/)?perennial (\w[^`\n]*?)(?:`|  .*$)", flags=re.MULTILINE)
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


def source_files(folder: str) -> list[Path]:
    return sorted((PROJECT_ROOT / folder).rglob("*.py"))


def strings_of(path: Path) -> Iterator[str]:
    """Every text in a Python file, docstrings too, with X for what is filled in."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr):
            yield "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@each_document
def test_calls_of_perennial_would_run(document: Path) -> None:
    problems = [problem_of(arguments) for arguments in typed_in_blocks("perennial", document.read_text())]
    problems += [
        problem_of(arguments, is_complete=False) for arguments in typed_inline("perennial", document.read_text())
    ]
    assert list(filter(None, problems)) == []


@pytest.mark.parametrize(
    ("arguments", "fault"),
    [
        ("audiences publish retention", "no command publish"),
        ("audiences pull retention --minimum 0.6", "No such option"),
        ("audiences pull", "Missing parameter"),
        ("experiments holdout set much", "valid number"),
        ("audiences pull retention --format xml", "xml"),
    ],
)
def test_a_call_that_would_not_run_is_found(arguments: str, fault: str) -> None:
    assert fault in (problem_of(arguments) or "")


def test_commands_in_messages_docstrings_and_advice_would_run() -> None:
    sources = [path for folder in ("perennial", "training", "expectations", "dags") for path in source_files(folder)]
    advice = [call for path in sources for text in strings_of(path) for call in ADVICE.findall(text)]
    assert len(advice) > 20
    assert list(filter(None, (problem_of(" ".join(call.split()), is_complete=False) for call in advice))) == []


@each_document
def test_make_targets_are_those_that_make_lists(document: Path) -> None:
    targets = {word for line in typed("make", document.read_text()) for word in line.split() if "=" not in word}
    assert targets - LISTED_TARGETS == set()


@each_document
def test_python_programs_are_there_and_know_their_options(document: Path) -> None:
    for line in typed("python", document.read_text()):
        program, *arguments = shlex.split(line)
        if program == "-m":
            assert importlib.util.find_spec(arguments[0]), line
            continue
        source = (PROJECT_ROOT / program).read_text()
        options = [argument for argument in arguments if argument.startswith("--")]
        assert [option for option in options if f'"{option}"' not in source] == [], line


@each_document
def test_tests_named_are_there(document: Path) -> None:
    paths = re.findall(r"tests/[\w/.]+", " ".join(typed("pytest", document.read_text())))
    assert [path for path in paths if not (PROJECT_ROOT / path).exists()] == []


@each_document
def test_dbt_models_named_are_there(document: Path) -> None:
    models = {path.stem for path in (PROJECT_ROOT / "dbt_project" / "models").rglob("*.sql")}
    selected = re.findall(r"--select \+?(\w+)", " ".join(typed("dbt", document.read_text())))
    assert set(selected) - models - {"MODEL"} == set()


@each_document
def test_files_named_are_there(document: Path) -> None:
    named = {span for span in inline_code(document.read_text()) if re.fullmatch(r"[\w.-]+(/[\w.-]+)+/?", span)}
    ours = {span for span in named if span.split("/")[0] in FOLDERS and "MODEL" not in span}
    assert {span for span in ours if not (PROJECT_ROOT / span).exists()} == set()


@each_document
def test_links_lead_somewhere(document: Path) -> None:
    targets = re.findall(r"\]\((?!https?:)([^)#]+)", document.read_text())
    assert [target for target in targets if not (document.parent / target).exists()] == []
