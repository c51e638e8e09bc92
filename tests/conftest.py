"""What every test may ask for: a real platform in a temporary home, and an empty warehouse in it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from perennial import database, lifecycle
from perennial.database import Role, connect
from perennial.platform import down, up
from perennial.settings import HOME_VARIABLE, load_settings
from perennial.telemetry_off import switch_off_usage_reporting

switch_off_usage_reporting()

WRITTEN_SCHEMAS = ("raw", "identity", "consent", "gate", "predictions", "audiences", "experiments", "access")
DBT_SCHEMAS = ("staging", "intermediate", "marts")


def forget_settings() -> None:
    """Make this process read its home again."""
    load_settings.cache_clear()
    lifecycle.load_lifecycle.cache_clear()
    database.engine.cache_clear()


@pytest.fixture(scope="session")
def platform_home() -> Iterator[Path]:
    """A home of its own with PostgreSQL, Valkey and MLflow running, for the whole session."""
    # Not in pytest's folder: every other session closes that to all but root, PostgreSQL's own user among them.
    home = Path(tempfile.mkdtemp(prefix="perennial-"))
    before = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(home)
    forget_settings()
    up(announce=lambda _: None, services=("valkey", "mlflow"))
    os.environ["MLFLOW_TRACKING_URI"] = load_settings().require("mlflow_url")
    yield home
    down()
    shutil.rmtree(home, ignore_errors=True)
    os.environ.pop(HOME_VARIABLE)
    if before is not None:
        os.environ[HOME_VARIABLE] = before
    forget_settings()


@pytest.fixture
def warehouse(platform_home: Path) -> Path:
    """The running home with every table empty and dbt's schemas without relations."""
    empty_warehouse()
    return platform_home


def empty_warehouse() -> None:
    with connect(Role.OWNER, autocommit=True) as connection:
        _truncate(connection)
        _drop_dbt_relations(connection)


def _truncate(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    rows = connection.execute(
        "select format('%%I.%%I', schemaname, tablename) from pg_tables where schemaname = any(%s)",
        [list(WRITTEN_SCHEMAS)],
    )
    tables = ", ".join(str(name) for (name,) in rows)
    connection.execute(f"truncate {tables} restart identity cascade".encode())


DROP_STATEMENTS = """
    select format('drop %%s if exists %%I.%%I cascade', kind, nspname, relname)
    from pg_class
    join pg_namespace on pg_namespace.oid = relnamespace
    join (values ('r', 'table'), ('v', 'view'), ('m', 'materialized view')) as kinds (letter, kind) on letter = relkind
    where nspname = any(%s)
"""


def _drop_dbt_relations(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    for (statement,) in connection.execute(DROP_STATEMENTS, [list(DBT_SCHEMAS)]).fetchall():
        connection.execute(str(statement).encode())
