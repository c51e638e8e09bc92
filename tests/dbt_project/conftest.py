"""A brand without any event yet, and a project that a test may edit."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

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
