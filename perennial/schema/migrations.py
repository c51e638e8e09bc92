"""Bring the warehouse's own schemas to the current version: each SQL file once, in order, one transaction each."""

from pathlib import Path

import psycopg
from psycopg import sql

from perennial.database import WAREHOUSE, Role, database_url
from perennial.settings import Settings, load_settings

MIGRATIONS = Path(__file__).parent
SERVICES = ("airflow", "mlflow", "feast")
_MIGRATION_LOCK = 7_213_001


def apply_schema(settings: Settings | None = None) -> list[str]:
    """Create roles, databases and every schema object that is missing; returns the migrations applied now.

    Safe to run at any time, by several at once, and after having been killed.
    """
    settings = settings or load_settings()
    with _admin("postgres", settings) as connection:
        connection.execute("select pg_advisory_lock(%s)", [_MIGRATION_LOCK])
        _create_roles(connection, settings)
        _create_databases(connection)
        return _apply_migrations(settings)


def _admin(database: str, settings: Settings) -> psycopg.Connection[tuple[object, ...]]:
    url = database_url(Role.OWNER, database, settings).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def _create_roles(connection: psycopg.Connection[tuple[object, ...]], settings: Settings) -> None:
    warehouse_roles = [role.value for role in Role if role is not Role.OWNER]
    secrets = {role: f"{role}_password" for role in [*warehouse_roles, "feast"]}
    secrets |= {service: f"{service}_db_password" for service in ("airflow", "mlflow")}
    present = {name for (name,) in connection.execute("select rolname from pg_roles")}
    for role, secret in secrets.items():
        verb = "alter" if role in present else "create"
        statement = sql.SQL("{} role {} login password {}").format(
            sql.SQL(verb), sql.Identifier(role), sql.Literal(settings.require(secret))
        )
        connection.execute(statement)
        connection.execute(sql.SQL("grant {} to current_user").format(sql.Identifier(role)))


def _create_databases(connection: psycopg.Connection[tuple[object, ...]]) -> None:
    present = {str(name) for (name,) in connection.execute("select datname from pg_database")}
    for database in {WAREHOUSE, *SERVICES} - present:
        connection.execute(sql.SQL("create database {}").format(sql.Identifier(database)))
        if database in SERVICES:
            owner = sql.Identifier(database)
            connection.execute(sql.SQL("alter database {} owner to {}").format(owner, owner))


def _apply_migrations(settings: Settings) -> list[str]:
    applied_now = []
    with _admin(WAREHOUSE, settings) as connection:
        connection.execute(
            "create table if not exists public.schema_versions "
            "(name text primary key, applied_at timestamptz default now())"
        )
        applied = {name for (name,) in connection.execute("select name from public.schema_versions")}
        for path in sorted(MIGRATIONS.glob("*.sql")):
            if path.stem in applied:
                continue
            with connection.transaction():
                connection.execute(path.read_text().encode())
                connection.execute("insert into public.schema_versions (name) values (%s)", [path.stem])
            applied_now.append(path.stem)
    return applied_now
