"""Connections to the warehouse and its sister databases, by role.

Roles are those a warehouse has: only `loader` writes `raw` and `consent`; `transformer` (dbt) writes the
modelled schemas; `publisher` writes what the platform decides (gate, predictions, audiences, experiments);
`reader` only reads.
"""

from enum import StrEnum
from functools import lru_cache
from typing import Any

import psycopg
from sqlalchemy import URL, Engine, create_engine, make_url

from perennial.settings import Settings, load_settings

WAREHOUSE = "warehouse"


class Role(StrEnum):
    """Who asks. `OWNER` is the administrator of the server and used only to set it up."""

    OWNER = "owner"
    LOADER = "loader"
    TRANSFORMER = "transformer"
    PUBLISHER = "publisher"
    READER = "reader"


def database_url(role: Role, database: str = WAREHOUSE, settings: Settings | None = None) -> URL:
    """The SQLAlchemy URL (driver psycopg 3) under which `role` connects to `database`."""
    settings = settings or load_settings()
    owner = make_url(settings.require("database_url")).set(drivername="postgresql+psycopg", database=database)
    if role is Role.OWNER:
        return owner
    return owner.set(username=role.value, password=settings.require(f"{role.value}_password"))


def service_url(database: str, settings: Settings | None = None) -> URL:
    """The URL of a service's own database (`airflow`, `mlflow`, `feast`), owned by a role of that name."""
    settings = settings or load_settings()
    password = settings.require("feast_password" if database == "feast" else f"{database}_db_password")
    return database_url(Role.OWNER, database, settings).set(username=database, password=password)


def connect(role: Role, **options: Any) -> psycopg.Connection[tuple[Any, ...]]:
    """An open psycopg connection to the warehouse as `role`; the caller closes it with a `with`."""
    url = database_url(role).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), application_name="perennial", **options)


@lru_cache
def engine(role: Role) -> Engine:
    """A pooled SQLAlchemy engine on the warehouse as `role`, for pandas and Great Expectations."""
    return create_engine(database_url(role), pool_pre_ping=True)
