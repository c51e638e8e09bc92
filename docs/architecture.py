"""Draws the packages and their imports into docs/architecture.md, from the code: `make architecture`.

An arrow is an import of one package by another, a frame is a layer of import-linter's contract in pyproject.toml.
"""

import ast
import difflib
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "architecture.md"
# Airflow and Feast read these folders by path. Nothing can import them, so no contract names them.
FOLDERS = ("dags", "feature_repo")
_BEGIN = "<!-- drawn by `make architecture` -->\n"
_END = "<!-- end of the drawing -->\n"

Imports = dict[str, set[str]]


def read_imports(root: Path = ROOT) -> Imports:
    """What each package and shared module imports of the others: names such as `training` and `perennial.as_of`."""
    imports: Imports = {}
    for path in _sources(root):
        importer = _package_of(".".join(path.relative_to(root).with_suffix("").parts))
        imported = imports.setdefault(importer, set())
        imported |= {_package_of(module) for module in _imported_modules(path)}
    imports.pop("perennial.__init__", None)  # the version
    return {name: (imported & imports.keys()) - {name} for name, imported in sorted(imports.items())}


def read_layers() -> list[list[str]]:
    """The layers of import-linter's contract between packages, the highest first."""
    contracts = [contract for contract in _import_linter()["contracts"] if contract["type"] == "layers"]
    (layers,) = (contract["layers"] for contract in contracts if "containers" not in contract)
    return [[name.strip() for name in layer.split("|")] for layer in layers]


def draw(imports: Imports, layers: list[list[str]], shared: set[str]) -> str:
    """The Markdown of the diagram of packages, and of the table of shared modules (`shared`) with their importers."""
    packages = imports.keys() - shared
    lines = ["```mermaid", "flowchart TB"]
    framed = [sorted(packages.intersection(layer)) for layer in layers]
    for number, names in enumerate([list(FOLDERS), *filter(None, framed)]):
        title = f"layer {number}" if number else "read by Airflow and Feast"
        lines += [f'    subgraph layer{number}["{title}"]', *(f"        {name}" for name in names), "    end"]
    lines += [f"    {name} --> {other}" for name in sorted(packages) for other in sorted(imports[name] - shared)]
    lines += ["```", "", "| package or shared module | imports of the shared modules |", "|---|---|"]
    for name, imported in imports.items():
        used = " ".join(f"`{other.removeprefix('perennial.')}`" for other in sorted(imported & shared))
        lines.append(f"| `{name}` | {used or 'none'} |")
    return "\n".join(lines) + "\n"


def drawn_page(page: str, drawing: str) -> str:
    """The page with this drawing in place of the one it has."""
    before, _, rest = page.partition(_BEGIN)
    _, _, after = rest.partition(_END)
    return before + _BEGIN + drawing + _END + after


def current_page() -> str:
    """The page as it should stand for the code as it is."""
    imports = read_imports()
    return drawn_page(PAGE.read_text(), draw(imports, read_layers(), shared_modules()))


def shared_modules(root: Path = ROOT) -> set[str]:
    """The single files beside the packages of `perennial`."""
    return {f"perennial.{path.stem}" for path in (root / "perennial").glob("*.py") if path.stem != "__init__"}


def lines_to_change(page: str, current: str) -> list[str]:
    """The lines to remove (`- `) and to add (`+ `) so that `page` becomes `current`."""
    return [line for line in difflib.ndiff(page.splitlines(), current.splitlines()) if line[0] in "-+"]


def _import_linter() -> dict[str, Any]:
    settings: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    return settings


def _sources(root: Path) -> Iterator[Path]:
    for folder in (*FOLDERS, *_import_linter()["root_packages"]):
        yield from sorted((root / folder).rglob("*.py"))


def _package_of(module: str) -> str:
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "perennial" else parts[0]


def _imported_modules(path: Path) -> Iterator[str]:
    """Also those inside functions and under TYPE_CHECKING, as import-linter counts them."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


if __name__ == "__main__":
    PAGE.write_text(current_page())
