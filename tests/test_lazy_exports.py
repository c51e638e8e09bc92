"""A package's public names are there, and cost nothing until they are used."""

import importlib
import subprocess
import sys

import pytest

LAZY = ("perennial.features", "perennial.monitoring", "training")
HEAVY = "{'feast', 'mlflow', 'numpy', 'pandas', 'pyarrow', 'scipy', 'sklearn'}"


@pytest.mark.parametrize("package", LAZY)
def test_every_public_name_can_be_imported(package: str) -> None:
    module = importlib.import_module(package)
    assert [name for name in module.__all__ if getattr(module, name, None) is None] == []


@pytest.mark.parametrize("package", LAZY)
def test_importing_the_package_loads_no_heavy_library(package: str) -> None:
    program = f"import sys, {package}; print(sorted(set(sys.modules) & {HEAVY}))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("package", LAZY)
def test_another_name_is_missing_as_in_any_module(package: str) -> None:
    with pytest.raises(AttributeError, match=f"module '{package}' has no attribute 'nothing'"):
        _ = importlib.import_module(package).nothing
