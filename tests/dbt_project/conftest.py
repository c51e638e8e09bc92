"""A brand without any event yet, and a project that a test may edit."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from perennial.lifecycle import load_lifecycle
from perennial.settings import PROJECT_ROOT, load_settings
from tests.dbt_project.brand import Brand


@pytest.fixture
def brand(warehouse: Path) -> Iterator[Brand]:
    """A brand without any event yet, in an empty warehouse."""
    assert warehouse
    made = Brand()
    yield made
    made.connection.close()


@pytest.fixture
def project(tmp_path: Path, platform_home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A copy of the dbt project and the feature repository, which this process takes for its own."""
    assert platform_home
    for folder in ("dbt_project", "feature_repo"):
        shutil.copytree(PROJECT_ROOT / folder, tmp_path / folder)
    monkeypatch.setenv("PERENNIAL_PROJECT", os.fspath(tmp_path))
    load_settings.cache_clear()
    yield tmp_path
    load_settings.cache_clear()


@pytest.fixture
def set_by_hand(platform_home: Path) -> Iterator[Callable[[dict[str, Any]], None]]:
    """Write the home's lifecycle.yml, as a person would; afterwards it is as it was."""
    path = platform_home / "lifecycle.yml"
    before = path.read_text()

    def write(content: dict[str, Any]) -> None:
        path.write_text(yaml.safe_dump(content))
        load_lifecycle.cache_clear()

    yield write
    path.write_text(before)
    load_lifecycle.cache_clear()
