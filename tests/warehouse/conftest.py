"""A dbt project of a few lines, built by the real function as if it were the warehouse."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from perennial.database import Role, connect
from perennial.settings import PROJECT_ROOT, load_settings

EVENT = """
    insert into raw.events (message_id, type, user_id, occurred_at, received_at, source, load_id)
    values
        ('first', 'page', 'ada', '2021-03-01', now(), 'test', 1),
        ('last', 'page', 'ada', '2021-03-09', now(), 'test', 1)
"""
PROJECT = {
    "name": "small",
    "version": "1.0.0",
    "profile": "perennial",
    "models": {"small": {"+schema": "marts", "+materialized": "table"}},
}


@pytest.fixture
def write_models(warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """Write models by name; `build` takes their project for its own. Two events are known, of March 1 and 9."""
    assert warehouse
    folder = tmp_path / "dbt_project"
    (folder / "models").mkdir(parents=True)
    (folder / "macros").mkdir()
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(PROJECT))
    shutil.copy(PROJECT_ROOT / "dbt_project" / "macros" / "generate_schema_name.sql", folder / "macros")
    monkeypatch.setenv("PERENNIAL_PROJECT", os.fspath(tmp_path))
    load_settings.cache_clear()
    with connect(Role.OWNER) as connection:
        connection.execute(EVENT)

    def write(**models: str) -> Path:
        for name, sql in models.items():
            (folder / "models" / f"{name}.sql").write_text(sql)
        return folder

    yield write
    load_settings.cache_clear()
