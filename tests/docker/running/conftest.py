"""The compose file's own commands and variables, run on this machine: only hosts, ports and folders are put in place.

There is no container engine, so images, networks and limits are not tested; what runs is what compose would start.
"""

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pytest

from perennial.platform.postgres import PostgresServer
from perennial.platform.services import valkey_binary
from perennial.settings import PROJECT_ROOT

BIN = Path(sys.executable).parent
SERVERS = {"postgres": "5432", "valkey": "6379", "mlflow": "5000", "airflow-api": "8080", "api": "8000"}
INSIDE = ("5000", "8080", "8000", "8974", "8793")
VOLUMES = ("/var/lib/perennial", "/var/lib/mlflow", "/var/log/airflow", "/data")


def free_ports() -> dict[str, str]:
    sockets = {port: socket.create_server(("127.0.0.1", 0)) for port in {*SERVERS.values(), *INSIDE}}
    ports = {port: str(listening.getsockname()[1]) for port, listening in sockets.items()}
    for listening in sockets.values():
        listening.close()
    return ports


@dataclass
class Stage:
    """One machine that stands in for the containers, with their names, ports and folders mapped to its own."""

    folder: Path
    services: dict[str, Any]
    environment_of: Any
    ports: dict[str, str] = field(default_factory=free_ports)
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def here(self, text: str) -> str:
        """`text` with the containers' hosts, ports and folders replaced by this machine's."""
        for host, port in SERVERS.items():
            text = text.replace(f"//{host}:{port}", f"//127.0.0.1:{self.ports[port]}")
            text = text.replace(f"@{host}:{port}", f"@127.0.0.1:{self.ports[port]}")
        for port in INSIDE:
            text = text.replace(f"127.0.0.1:{port}", f"127.0.0.1:{self.ports[port]}")
            text = text.replace(f"--port={port}", f"--port={self.ports[port]}")
            text = self.ports[port] if text == port else text
        for path in VOLUMES:
            text = text.replace(path, f"{self.folder}{path}")
        text = text.replace("/opt/venv/bin", str(BIN)).replace("/opt/perennial", str(PROJECT_ROOT))
        return text.replace("0.0.0.0", "127.0.0.1")  # noqa: S104  # the other way round

    def environment(self, name: str) -> dict[str, str]:
        is_ours = self.services[name]["image"].startswith("perennial:")
        variables = self.environment_of(name) if is_ours else self.services[name]["environment"]
        own = {key: self.here(str(value)) for key, value in variables.items()}
        ports = {
            "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_SERVER_PORT": self.ports["8974"],
            "AIRFLOW__LOGGING__WORKER_LOG_SERVER_PORT": self.ports["8793"],
        }
        scratch = self.folder / "scratch" / name
        scratch.mkdir(parents=True, exist_ok=True)
        return {"PATH": os.environ["PATH"]} | own | ports | {"AIRFLOW_HOME": str(scratch), "HOME": str(scratch)}

    def run(self, name: str, command: list[str]) -> subprocess.CompletedProcess[str]:
        """Run a command as if inside the container of service `name`, to its end."""
        words = [self.here(word) for word in command]
        return subprocess.run(words, env=self.environment(name), capture_output=True, text=True, check=False)

    def start(self, name: str, command: list[str] | None = None, **variables: str) -> None:
        """Start a service with the compose file's command, its output in `<name>.log`."""
        words = command or [self.here(word) for word in self.services[name]["command"]]
        environment = self.environment(name) | variables
        with (self.folder / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                words, env=environment, stdout=log, stderr=log, cwd=self.folder, start_new_session=True
            )

    def log(self, name: str) -> str:
        return (self.folder / f"{name}.log").read_text(errors="replace")[-3000:]

    def wait_until_healthy(self, name: str, seconds: float = 180) -> None:
        """Ask with the compose file's own health check until it agrees."""
        kind, *words = self.services[name]["healthcheck"]["test"]
        check = ["sh", "-c", words[0]] if kind == "CMD-SHELL" else words
        deadline = time.monotonic() + seconds
        while self.run(name, check).returncode != 0:
            assert self.running[name].poll() is None, f"{name} ended:\n{self.log(name)}"
            assert time.monotonic() < deadline, f"{name} is not healthy:\n{self.log(name)}"
            time.sleep(1)

    def stop(self, *names: str, seconds: float = 10) -> None:
        """Stop services with everything they started: all asked at once, those that stay killed."""
        processes = [self.running.pop(name) for name in names if name in self.running]
        for wanted in (signal.SIGTERM, signal.SIGKILL):
            for process in processes:
                _signal(process, wanted)
            deadline = time.monotonic() + seconds
            while any(process.poll() is None for process in processes) and time.monotonic() < deadline:
                time.sleep(0.1)


def _signal(process: subprocess.Popen[bytes], wanted: signal.Signals) -> None:
    try:
        os.killpg(process.pid, wanted)
    except ProcessLookupError:
        return


@pytest.fixture(scope="session")
def stage(
    tmp_path_factory: pytest.TempPathFactory, services: dict[str, Any], environment_of: Any, dotenv: dict[str, str]
) -> Iterator[Stage]:
    """An empty PostgreSQL that knows nobody but its owner, and the volumes' folders."""
    stage = Stage(tmp_path_factory.mktemp("compose"), services, environment_of)
    for path in VOLUMES:
        (stage.folder / path.removeprefix("/")).mkdir(parents=True)
    # Not in pytest's folder: that is closed to others, among them PostgreSQL's own user, whenever a pytest starts.
    with tempfile.TemporaryDirectory(prefix="perennial-") as folder:
        postgres = PostgresServer(Path(folder) / "postgres", int(stage.ports["5432"]), dotenv["POSTGRES_PASSWORD"])
        postgres.start()
        yield stage
        stage.stop(*list(stage.running))
        postgres.stop()


@pytest.fixture(scope="session")
def migrated(stage: Stage) -> Stage:
    """The stage after the service `migrate` has run."""
    migration = stage.run("migrate", stage.services["migrate"]["command"])
    assert migration.returncode == 0, migration.stdout[-2000:] + migration.stderr[-2000:]
    return stage


@pytest.fixture(scope="session")
def valkey(stage: Stage) -> Stage:
    """The stage with Valkey started by the compose file's command, given a port of this machine."""
    programs = stage.folder / "bin"
    programs.mkdir()
    (programs / "valkey-server").symlink_to(valkey_binary())
    script = stage.here(stage.services["valkey"]["command"][2])
    place = f"port {stage.ports['6379']}\nbind 127.0.0.1\nCONFIGURATION\n"
    stage.start(
        "valkey",
        ["sh", "-c", script.removesuffix("CONFIGURATION\n") + place],
        PATH=f"{programs}:{os.environ['PATH']}",
    )
    deadline = time.monotonic() + 20
    while "Ready to accept connections" not in stage.log("valkey"):
        assert time.monotonic() < deadline, stage.log("valkey")
        time.sleep(0.1)
    return stage


@pytest.fixture(scope="session")
def owner_of(stage: Stage) -> Any:
    """A function: a connection to one of the stage's databases, as the server's owner."""

    def connect(database: str) -> psycopg.Connection[tuple[Any, ...]]:
        return psycopg.connect(f"{stage.environment('migrate')['PERENNIAL_DATABASE_URL']}/{database}")

    return connect
