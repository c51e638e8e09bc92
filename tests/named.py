"""What the repository names, and where: identifiers, keys, columns and headings, for tests of the words in them."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from perennial.settings import PROJECT_ROOT

CODE = ("perennial", "training", "expectations", "dags", "dbt_project", "feature_repo", "benchmarks", "docker", "tests")
PRODUCED = {"__pycache__", "target", "logs", "dbt_packages"}

_SQL = re.compile(r"\bselect\b.*\bfrom\b", flags=re.DOTALL | re.IGNORECASE)
_SQL_NAMES = re.compile(
    r"\b(\w+)(?: \([\w, ]+\))? as (?:not )?(?:materialized )?\("  # a common table expression
    r"|\bas \"?([a-z_]\w*)\b(?! *\()"  # a column's or a table's alias
    r"|'(\w+)', *(?=[\w(])"  # a key of jsonb_build_object
)
_MLFLOW = {"log_metric", "log_param", "log_text", "set_tag", "set_model_version_tag", "set_registered_model_tag"}


@cache
def files(ending: str) -> list[Path]:
    """The code's files with this ending."""
    found = [path for folder in CODE for path in (PROJECT_ROOT / folder).rglob(f"*{ending}")]
    return sorted(path for path in found if not PRODUCED & set(path.parts))


@cache
def documents() -> list[Path]:
    return sorted([*PROJECT_ROOT.glob("*.md"), *(PROJECT_ROOT / "docs").rglob("*.md")])


@cache
def syntax(path: Path) -> list[ast.AST]:
    """Every node of a Python file."""
    return list(ast.walk(ast.parse(path.read_text())))


def python_names(path: Path) -> Iterator[str]:
    """The module, and all that it names: functions, classes, variables, attributes, arguments and aliases."""
    yield path.stem
    for node in syntax(path):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.alias(asname=str(name)) | ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield name


def python_keys(path: Path) -> Iterator[str]:
    """Texts that others read by: keys of dictionaries, values of enumerations, names in MLflow."""
    for node in syntax(path):
        match node:
            case ast.Dict(keys=keys):
                yield from (key.value for key in keys if isinstance(key, ast.Constant) and isinstance(key.value, str))
            case ast.Subscript(slice=ast.Constant(value=str(key))):
                yield key
            case ast.ClassDef(bases=[ast.Name(id="StrEnum")], body=body):
                values = [member.value for member in body if isinstance(member, ast.Assign)]
                yield from (each.value for each in values if isinstance(each, ast.Constant))
            case ast.Call(func=ast.Attribute(attr=name), args=[*_, ast.Constant(value=str(key)), _]) if name in _MLFLOW:
                yield key


def sql_in_python(path: Path) -> Iterator[str]:
    for node in syntax(path):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and _SQL.search(node.value):
            yield from names_in_query(node.value)


def sql_names(path: Path) -> Iterator[str]:
    """The file, and all that its queries name."""
    yield path.stem
    yield from names_in_query(path.read_text())


def names_in_query(text: str) -> Iterator[str]:
    """Common table expressions, aliases of columns and tables, and keys of JSON that a query writes."""
    without_comments = re.sub(r"--.*$|\{#.*?#\}", "", text, flags=re.MULTILINE | re.DOTALL)
    for groups in _SQL_NAMES.findall(without_comments):
        yield from filter(None, groups)


def properties(path: Path) -> Iterator[str]:
    """Each name and description in a dbt property file."""
    yield from _properties(yaml.safe_load(path.read_text()))


def _properties(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield from (value[key] for key in ("name", "description") if isinstance(value.get(key), str))
    if isinstance(value, dict | list):
        for inner in value.values() if isinstance(value, dict) else value:
            yield from _properties(inner)


def headings(path: Path) -> list[str]:
    """A page's headings."""
    return re.findall(r"^#+ +(.*)$", _without_code(path.read_text()), flags=re.MULTILINE)


def paragraphs(path: Path) -> list[str]:
    """A page's running text, each paragraph on one line."""
    return [" ".join(paragraph.split()) for paragraph in _without_code(path.read_text()).split("\n\n")]


def _without_code(text: str) -> str:
    """The page without code and images."""
    fenced = re.compile(r"^```.*?^```$", flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`]*`|!\[[^\]]*\]|^ {4,}.*$", "", fenced.sub("", text), flags=re.MULTILINE)


def classes(path: Path) -> Iterator[str]:
    """Public classes that a module defines at its top."""
    tree = ast.parse(path.read_text())
    return (node.name for node in tree.body if isinstance(node, ast.ClassDef) and not node.name.startswith("_"))
