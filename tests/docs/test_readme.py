"""The README is the map: what it names is there, and what is there it names."""

import importlib
import inspect
import re

from perennial.settings import PROJECT_ROOT
from tests.docs.command_line import command_path, every_command
from tests.docs.pages import README, table_rows, typed_in_blocks

# Not Python, or composed of commands instead of functions.
WITHOUT_FUNCTIONS = {"dags", "dbt_project", "feature_repo", "perennial/console"}
ROWS = {row[0].strip("`/"): row[2] for row in table_rows(README) if re.fullmatch(r"`[a-z_/]+/`", row[0])}


def packages() -> set[str]:
    inside = {f"perennial/{path.parent.name}" for path in (PROJECT_ROOT / "perennial").glob("*/__init__.py")}
    return inside | {"dags", "dbt_project", "expectations", "feature_repo", "training"}


def public_functions(package: str) -> set[str]:
    module = importlib.import_module(package.replace("/", "."))
    return {name for name in getattr(module, "__all__", ()) if inspect.isfunction(getattr(module, name))}


def test_readme_has_one_row_for_each_package() -> None:
    assert len(re.findall(r"^\| `[a-z_/]+/` \|", README, flags=re.MULTILINE)) == len(ROWS)
    assert ROWS.keys() == packages()


def test_each_row_names_the_public_functions_of_its_package() -> None:
    named = {package: set(re.findall(r"`(\w+)`", ROWS[package])) for package in packages() - WITHOUT_FUNCTIONS}
    assert named == {package: public_functions(package) for package in packages() - WITHOUT_FUNCTIONS}


def test_readme_names_every_dag() -> None:
    assert set(re.findall(r"`(\w+)`", ROWS["dags"])) == {path.stem for path in (PROJECT_ROOT / "dags").glob("*.py")}


def test_readme_lists_every_command() -> None:
    assert {command_path(line) for line in typed_in_blocks("perennial", README)} == every_command()
