"""Packages know each other by their public names only.

import-linter (`make lint`) holds which package may import which; this holds what of it.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from perennial.settings import PROJECT_ROOT

FOLDERS = ("perennial", "training", "expectations", "dags", "feature_repo")


def package_of(module: str) -> str:
    """`perennial.features.queries` is of the package perennial.features, `training.data.rows` of training."""
    return ".".join(module.split(".")[: 2 if module.startswith("perennial.") else 1])


def imported_modules(file: Path, root: Path) -> Iterator[str]:
    """The modules below `root` that a file imports, in functions and for type checking too."""
    for node in ast.walk(ast.parse(file.read_text())):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = [f"{node.module}.{alias.name}" for alias in node.names]
            names = [name if is_module(name, root) else node.module for name in inner]
        yield from sorted({name for name in names if is_module(name, root)})


def is_module(name: str, root: Path) -> bool:
    path = root.joinpath(*name.split("."))
    return path.with_suffix(".py").is_file() or path.is_dir()


def reaches_inside(root: Path) -> list[str]:
    """Each import of a module of another package, past its `__init__`."""
    found = []
    for folder in FOLDERS:
        for file in sorted((root / folder).rglob("*.py")):
            own = package_of(".".join(file.relative_to(root).with_suffix("").parts))
            for module in imported_modules(file, root):
                package = package_of(module)
                if package not in (module, own) and root.joinpath(*package.split(".")).is_dir():
                    found.append(f"{file.relative_to(root)} imports {module}")
    return found


def test_no_package_imports_a_module_of_another() -> None:
    assert reaches_inside(PROJECT_ROOT) == []


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for name in ("perennial/features/__init__.py", "perennial/features/queries.py", "perennial/tables.py"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "training").mkdir()
    return tmp_path


@pytest.mark.parametrize(
    "line",
    [
        "from perennial.features.queries import read_query",
        "from perennial.features import queries",
        "import perennial.features.queries",
        "def read():\n    from perennial.features.queries import read_query",
    ],
)
def test_an_import_past_the_public_names_is_found(tree: Path, line: str) -> None:
    (tree / "training" / "scoring.py").write_text(line)
    assert reaches_inside(tree) == ["training/scoring.py imports perennial.features.queries"]


@pytest.mark.parametrize(
    "line",
    [
        "from perennial.features import read_query",
        "from perennial import features",
        "import perennial.features",
        "from perennial.tables import RAW_EVENTS",
        "from perennial import tables",
    ],
)
def test_packages_and_shared_modules_may_be_imported(tree: Path, line: str) -> None:
    (tree / "training" / "scoring.py").write_text(line)
    assert reaches_inside(tree) == []


def test_a_package_may_import_its_own_modules(tree: Path) -> None:
    (tree / "perennial" / "features" / "retrieval.py").write_text("from perennial.features.queries import read_query")
    assert reaches_inside(tree) == []
