"""Start the whole platform in dependency order, report its health, and stop it."""

import fcntl
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perennial.platform.home import LOOPBACK, prepare_home, read_json
from perennial.platform.ports import assign_ports, one_start_at_a_time
from perennial.platform.postgres import PostgresServer
from perennial.platform.processes import ManagedProcess
from perennial.platform.services import (
    BIN,
    Service,
    airflow_environment,
    airflow_services,
    api_service,
    is_airflow_ready,
    mlflow_service,
    valkey_service,
)
from perennial.schema import apply_schema
from perennial.settings import MODEL_VIEW, Settings, home_path, load_settings, write_private_json
from perennial.tool_environment import write_dbt_profile

START_SECONDS = 120
ALL = ("valkey", "mlflow", "airflow-api", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer", "api")
STORES_ONLY = ("valkey", "mlflow")


class PlatformError(RuntimeError):
    """A part did not come up; the message holds the end of its log and where that is."""


@dataclass(frozen=True)
class Health:
    """One part of the platform: is it running, and where a person reaches it."""

    name: str
    is_running: bool
    url: str | None


def up(announce: Callable[[str], None] = print, services: Iterable[str] = ALL) -> list[Health]:
    """Start what is not running of this home's servers and wait until each is healthy.

    Safe to call again at any time: after a kill, on a half-built home, or while everything runs.
    Raises PlatformError when a part does not become healthy.
    """
    prepare_home(announce)
    with _only_one(home_path()), one_start_at_a_time(announce):
        wanted = tuple(services)
        ports = assign_ports(announce, _is_postgres_running(home_path()))
        secrets = read_json(home_path() / "secrets.json")
        postgres = PostgresServer(home_path() / "postgres", ports["postgres"], secrets["owner_password"])
        _write_platform_file(ports, secrets, postgres.url)
        settings = load_settings()
        if not postgres.is_running():
            announce("Starting PostgreSQL")
            postgres.start()
        if applied := apply_schema(settings):
            announce(f"Schema: applied {', '.join(applied)}")
        write_dbt_profile(settings)
        _start_missing(_services(settings, ports, secrets, wanted), settings, announce)
        if "airflow-scheduler" in wanted:
            _wait(lambda: is_airflow_ready(settings.require("airflow_url")), "Airflow", None)
    return status()


def down() -> list[str]:
    """Stop everything of this home, data kept; returns the names of what was running."""
    home = home_path()
    stopped = [name for name in reversed(ALL) if ManagedProcess(name, home).stop()]
    folder = home / "postgres"
    if (folder / "postmaster.pid").exists():
        postgres = PostgresServer(folder, 0, "")
        if postgres.is_running():
            postgres.stop()
            stopped.append("postgres")
    return stopped


def status() -> list[Health]:
    """How each part of this home is now, without starting anything."""
    home = home_path()
    ports = read_json(home / "platform.json").get("ports", {})
    urls = {
        "mlflow": f"http://{LOOPBACK}:{ports.get('mlflow')}/#/experiments{MODEL_VIEW}",
        "airflow-api": f"http://{LOOPBACK}:{ports.get('airflow')}",
        "api": f"http://{LOOPBACK}:{ports.get('api')}/docs",
        "valkey": f"{LOOPBACK}:{ports.get('valkey')}",
    }
    postgres = Health("postgres", _is_postgres_running(home), f"{LOOPBACK}:{ports.get('postgres')}")
    return [postgres, *(Health(name, ManagedProcess(name, home).find() is not None, urls.get(name)) for name in ALL)]


def _is_postgres_running(home: Path) -> bool:
    folder = home / "postgres"
    return (folder / "postmaster.pid").exists() and PostgresServer(folder, 0, "").is_running()


@contextmanager
def _only_one(home: Path) -> Iterator[None]:
    with (home / "run" / "up.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PlatformError(f"Another `perennial up` is working on {home}; wait for it to finish.") from error
        yield


def _write_platform_file(ports: dict[str, int], secrets: dict[str, Any], database_url: str) -> None:
    write_private_json(
        home_path() / "platform.json",
        {
            "ports": ports,
            "database_url": database_url,
            "redis_url": f"redis://:{secrets['valkey_password']}@{LOOPBACK}:{ports['valkey']}",
            "mlflow_url": f"http://{LOOPBACK}:{ports['mlflow']}",
            "airflow_url": f"http://{LOOPBACK}:{ports['airflow']}",
            "api_url": f"http://{LOOPBACK}:{ports['api']}",
        },
    )
    load_settings.cache_clear()


def _services(
    settings: Settings, ports: dict[str, int], secrets: dict[str, Any], wanted: tuple[str, ...]
) -> list[Service]:
    known = [
        valkey_service(settings, ports["valkey"], secrets["valkey_password"]),
        mlflow_service(settings, ports["mlflow"]),
        *airflow_services(settings, ports["airflow"]),
        api_service(settings, ports["api"]),
    ]
    return [service for service in known if service.name in wanted]


def _start_missing(services: list[Service], settings: Settings, announce: Callable[[str], None]) -> None:
    processes = {service.name: ManagedProcess(service.name, settings.home) for service in services}
    missing = [service for service in services if processes[service.name].find() is None]
    if any(service.name.startswith("airflow") for service in missing):
        announce("Preparing Airflow's database")
        _migrate_airflow(settings)
    for service in missing:
        announce(f"Starting {service.name}")
        processes[service.name].start(service.command, service.environment)
    for service in services:
        _wait(service.is_healthy, service.name, processes[service.name])
    for name, process in processes.items():
        _require_alive(name, process)


def _migrate_airflow(settings: Settings) -> None:
    ports = read_json(settings.home / "platform.json")["ports"]
    environment = airflow_environment(settings, ports["airflow"])
    for arguments in (["db", "migrate"], ["pools", "set", "warehouse", "2", "Tasks that load the warehouse"]):
        run = subprocess.run(
            [str(BIN / "airflow"), *arguments], env=environment, capture_output=True, text=True, check=False
        )
        if run.returncode != 0:
            raise PlatformError(f"airflow {' '.join(arguments)} failed:\n{run.stdout[-1500:]}{run.stderr[-1500:]}")


def _wait(is_ready: Callable[[], bool], name: str, process: ManagedProcess | None) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        _require_alive(name, process)
        if is_ready():
            return
        time.sleep(0.3)
    log = f" Its log, {process.log}, ends with:\n{process.log_tail()}" if process else ""
    raise PlatformError(f"{name} was not healthy within {START_SECONDS} seconds.{log}")


def _require_alive(name: str, process: ManagedProcess | None) -> None:
    # Also asked after it seemed healthy: another program may have taken its port meanwhile, and be who answers.
    if process is not None and process.find() is None:
        raise PlatformError(
            f"{name} ended while starting. Its log, {process.log}, ends with:\n{process.log_tail()}\n"
            "If another program took its port meanwhile, run `perennial up` again: it takes another port."
        )
