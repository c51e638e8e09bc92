"""How dbt, Feast, MLflow and Airflow at a terminal find this home: dbt's profile and a shell environment."""

from pathlib import Path
from typing import Any

import yaml

from perennial.atomic_file import PRIVATE, replace_text
from perennial.database import WAREHOUSE, Role, database_url, service_url
from perennial.settings import HOME_VARIABLE, Settings
from perennial.telemetry_off import USAGE_REPORTING_OFF


def write_dbt_profile(settings: Settings) -> Path:
    """Write `dbt/profiles.yml` into the home, so that plain `dbt build --profiles-dir` works at a terminal."""
    url = database_url(Role.TRANSFORMER, settings=settings)
    target: dict[str, Any] = {
        "type": "postgres",
        "host": url.host,
        "port": url.port,
        "user": url.username,
        "password": url.password,
        "dbname": WAREHOUSE,
        "schema": "analytics",
        "threads": 2,
    }
    path = settings.home / "dbt" / "profiles.yml"
    path.parent.mkdir(parents=True, exist_ok=True)
    profile = {"perennial": {"target": "warehouse", "outputs": {"warehouse": target}}}
    replace_text(path, yaml.safe_dump(profile), mode=PRIVATE)
    return path


def tool_environment(settings: Settings) -> dict[str, str]:
    """Variables with which `dbt`, `feast`, `mlflow` and `airflow` at a terminal reach this home's servers."""
    warehouse = database_url(Role.PUBLISHER, settings=settings)
    registry = service_url("feast", settings).set(drivername="postgresql+psycopg")
    return {
        **USAGE_REPORTING_OFF,
        HOME_VARIABLE: str(settings.home),
        "DBT_PROFILES_DIR": str(settings.home / "dbt"),
        "DBT_PROJECT_DIR": str(settings.dbt_project),
        "MLFLOW_TRACKING_URI": settings.mlflow_url or "",
        "FEAST_REGISTRY_URL": registry.render_as_string(hide_password=False),
        "FEAST_ONLINE_STORE": feast_connection_string(settings.require("redis_url")),
        "FEAST_OFFLINE_HOST": str(warehouse.host),
        "FEAST_OFFLINE_PORT": str(warehouse.port),
        "FEAST_OFFLINE_DATABASE": WAREHOUSE,
        "FEAST_OFFLINE_USER": str(warehouse.username),
        "FEAST_OFFLINE_PASSWORD": str(warehouse.password),
    }


def feast_connection_string(redis_url: str) -> str:
    """A `redis://:password@host:port` URL in the form Feast's redis store takes: `host:port,password=...`."""
    from sqlalchemy import make_url

    url = make_url(redis_url)
    password = f",password={url.password}" if url.password else ""
    return f"{url.host}:{url.port or 6379}{password}"
