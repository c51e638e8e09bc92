"""The warehouse's models built by dbt from nothing, against the same SQL sent to PostgreSQL by hand.

Both with one connection, in the same database: dbt into its own schemas, the bare statements into schemas of theirs,
with the same indexes. Models that dbt builds as views are views here too.
"""

import json
import os
import re
import subprocess
import sys
import time
from itertools import chain
from pathlib import Path
from typing import Any

import psycopg
from rich.console import Console

from perennial.database import Role, database_url
from perennial.lifecycle import load_lifecycle
from perennial.settings import load_settings
from perennial.tool_environment import tool_environment

BIN = Path(sys.executable).parent
SCHEMAS = ("staging", "intermediate", "marts")


def show(out: Console, home: Path) -> None:
    target = home / "dbt" / "bench"
    dbt_seconds = build_with_dbt(target)
    bare_seconds = build_bare(target)
    out.print(
        f"Warehouse from nothing, one connection: dbt {dbt_seconds:.1f} s, the same SQL bare {bare_seconds:.1f} s"
    )
    out.print(f"  ratio {dbt_seconds / bare_seconds:.2f} (aim: at most 2)")


def build_with_dbt(target: Path) -> float:
    settings = load_settings()
    command = [str(BIN / "dbt"), "run", "--full-refresh", "--threads", "1", "--target-path", str(target)]
    command += ["--log-path", str(target), "--vars", json.dumps(load_lifecycle().dbt_vars()), "--quiet"]
    started = time.monotonic()
    subprocess.run(command, env={**os.environ, **tool_environment(settings)}, check=True)
    return time.monotonic() - started


def build_bare(target: Path) -> float:
    manifest = json.loads((target / "manifest.json").read_text())
    results = json.loads((target / "run_results.json").read_text())["results"]
    # The run's own hooks are among the results; only models are compared.
    nodes = [manifest["nodes"][result["unique_id"]] for result in results]
    nodes = [node for node in nodes if node["resource_type"] == "model"]
    url = database_url(Role.TRANSFORMER).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(url, autocommit=True) as connection:
        statements = [_statements(connection, node, target) for node in nodes]
        for schema in SCHEMAS:
            connection.execute(f"drop schema if exists bare_{schema} cascade".encode())
            connection.execute(f"create schema bare_{schema}".encode())
        started = time.monotonic()
        for statement in chain.from_iterable(statements):
            connection.execute(statement.encode())
        seconds = time.monotonic() - started
        for schema in SCHEMAS:
            connection.execute(f"drop schema bare_{schema} cascade".encode())
    return seconds


def _statements(connection: psycopg.Connection[tuple[object, ...]], node: dict[str, Any], target: Path) -> list[str]:
    schema, name, config = node["schema"], node["name"], node["config"]
    compiled = target / "compiled" / "perennial" / node["original_file_path"]
    is_view = config["materialized"] == "view"
    relation = "view" if is_view else "unlogged table" if config.get("unlogged") else "table"
    indexes = connection.execute(
        "select indexdef from pg_indexes where schemaname = %s and tablename = %s", [schema, name]
    )
    created = [f'create {relation} "bare_{schema}"."{name}" as {_moved(compiled.read_text())}']
    created += [_renamed(str(definition), schema, name) for (definition,) in indexes]
    if is_view:
        return created
    # The same hint to the planner as the model's pre-hook gives.
    is_hashed = any("join_by_hashing" in hook["sql"] for hook in config["pre-hook"])
    return [f"set enable_nestloop = {'off' if is_hashed else 'on'}", *created, f'analyze "bare_{schema}"."{name}"']


def _moved(sql: str) -> str:
    return re.sub(r'"warehouse"\."(staging|intermediate|marts)"\.', r'"warehouse"."bare_\1".', sql)


def _renamed(definition: str, schema: str, name: str) -> str:
    without_name = re.sub(r"INDEX \S+ ON", "INDEX ON", definition)
    return without_name.replace(f"ON {schema}.{name} ", f"ON bare_{schema}.{name} ")
