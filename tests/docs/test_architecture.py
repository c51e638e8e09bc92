"""docs/architecture.md shows the packages and imports that the code has."""

from pathlib import Path

import pytest

from docs.architecture import (
    FOLDERS,
    PAGE,
    current_page,
    draw,
    drawn_page,
    lines_to_change,
    read_imports,
    read_layers,
    shared_modules,
)

BEFORE = "# Title\n\n<!-- drawn by `make architecture` -->\n<!-- end of the drawing -->\n\nText.\n"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Two packages and a shared module: training imports perennial.features, which imports perennial.tables."""
    for folder in ("training", "perennial/features"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "training" / "__init__.py").write_text("def train():\n    from perennial.features import online\n")
    (tmp_path / "perennial" / "features" / "__init__.py").write_text("from perennial import tables\nonline = 1\n")
    (tmp_path / "perennial" / "tables.py").write_text("import os\n")
    return tmp_path


def page_of(root: Path) -> str:
    return drawn_page(BEFORE, draw(read_imports(root), [["training"], ["perennial.features"]], shared_modules(root)))


def test_the_page_shows_the_packages_and_imports_of_the_code() -> None:
    assert lines_to_change(PAGE.read_text(), current_page()) == [], "run `make architecture`"


def test_every_package_stands_in_a_layer() -> None:
    layered = {name for layer in read_layers() for name in layer}
    assert read_imports().keys() - layered - set(FOLDERS) == set()


def test_imports_inside_functions_count(tree: Path) -> None:
    assert read_imports(tree) == {
        "perennial.features": {"perennial.tables"},
        "perennial.tables": set(),
        "training": {"perennial.features"},
    }


def test_an_import_that_is_not_drawn_is_a_line_to_add(tree: Path) -> None:
    page = page_of(tree)
    (tree / "perennial" / "features" / "views.py").write_text("import training.specs\n")
    assert lines_to_change(page, page_of(tree)) == ["+     perennial.features --> training"]


def test_an_import_that_is_gone_is_a_line_to_remove(tree: Path) -> None:
    page = page_of(tree)
    (tree / "training" / "__init__.py").write_text("")
    assert lines_to_change(page, page_of(tree)) == ["-     training --> perennial.features"]


def test_a_package_that_is_not_drawn_is_lines_to_add(tree: Path) -> None:
    page = page_of(tree)
    (tree / "expectations").mkdir()
    (tree / "expectations" / "__init__.py").write_text("from perennial import tables\n")
    assert lines_to_change(page, page_of(tree)) == ["+ | `expectations` | `tables` |"]
