"""Public names of a package, each imported when it is first asked for: heavy libraries cost seconds."""

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def lazy_exports(package: str, exports: Mapping[str, Sequence[str]]) -> Callable[[str], Any]:
    """The `__getattr__` (PEP 562) of `package`: `exports` names its modules, and the public names that each defines.

    What it returns raises AttributeError for any other name. Type checkers follow an import of the same names under
    `TYPE_CHECKING`, and `__all__` lists them.
    """
    modules = {name: module for module, names in exports.items() for name in names}

    def load(name: str) -> Any:
        if name not in modules:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        return getattr(import_module(f"{package}.{modules[name]}"), name)

    return load
