"""Names on a page are names in the code: identifiers, tables and what the glossary says stands where."""

import ast
import re
from functools import cache
from pathlib import Path

import pytest

from perennial import tables
from perennial.settings import PROJECT_ROOT
from perennial.stages import Segment, Stage
from tests.docs.pages import DOCUMENTS, inline_code, table_rows

CODE = ("perennial", "training", "expectations", "dags", "dbt_project", "feature_repo", "benchmarks", "tests")
ENDINGS = {".py", ".sql", ".yml", ".yaml", ".toml"}
GLOSSARY = [row for row in table_rows((PROJECT_ROOT / "docs" / "glossary.md").read_text()) if row[0] != "term"]
each_document = pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)


@cache
def words_of_the_code() -> set[str]:
    files = [path for folder in CODE for path in (PROJECT_ROOT / folder).rglob("*") if path.suffix in ENDINGS]
    files += [PROJECT_ROOT / "pyproject.toml", PROJECT_ROOT / "docker-compose.yml"]
    return {word for path in files if "target" not in path.parts for word in re.findall(r"\w+", path.read_text())}


def names_defined_in(path: Path) -> set[str]:
    """What a Python file defines, members of its classes too; of any other file, its words."""
    if path.suffix != ".py":
        return set(re.findall(r"\w+", path.read_text()))
    nodes = list(ast.walk(ast.parse(path.read_text())))
    assigned = {node.id for node in nodes if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    return assigned | {node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.ClassDef)}


@each_document
def test_identifiers_named_are_in_the_code(document: Path) -> None:
    named = {span for span in inline_code(document.read_text()) if re.fullmatch(r"[a-z]+(_[a-z0-9]+)+", span)}
    assert named - words_of_the_code() == set()


@each_document
def test_tables_and_columns_named_are_there(document: Path) -> None:
    known = {table for name, table in vars(tables).items() if name.isupper()}
    schemas = "|".join(sorted({table.split(".")[0] for table in known}))
    for span in inline_code(document.read_text()):
        if found := re.fullmatch(rf"((?:{schemas})\.[a-z_]+)(?:\.(\w+))?", span):
            assert found[1] in known, span
            assert not found[2] or found[2] in words_of_the_code(), span


@pytest.mark.parametrize("row", GLOSSARY, ids=lambda row: row[0])
def test_terms_are_defined_in_one_sentence_with_their_place_in_the_code(row: list[str]) -> None:
    _, meaning, place = row
    assert re.fullmatch(r"[A-Z].*\.", meaning)
    assert ". " not in meaning
    found = re.fullmatch(r"(?:`(\w+)` in )?`([\w./]+)`", place)
    assert found, place
    file = PROJECT_ROOT / found[2]
    assert file.is_file(), place
    assert not found[1] or found[1] in names_defined_in(file), place


def test_no_term_is_defined_twice() -> None:
    terms = [row[0] for row in GLOSSARY]
    assert len(terms) == len(set(terms))


def test_every_stage_and_segment_is_defined() -> None:
    assert {f"`{name}`" for name in [*Stage, *Segment]} <= {row[0] for row in GLOSSARY}
