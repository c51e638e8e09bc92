"""Which port each server listens on: stored per home, and the next free one where another program was first."""

import fcntl
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from perennial.platform.home import LOOPBACK, read_json
from perennial.platform.processes import ManagedProcess
from perennial.settings import home_path

PREFERRED_PORTS = {"postgres": 5442, "valkey": 6389, "airflow": 8080, "mlflow": 5000, "api": 8000}
PROCESSES = {
    "valkey": "valkey",
    "airflow": "airflow-api",
    "mlflow": "mlflow",
    "api": "api",
}
"""The process that holds each port; PostgreSQL keeps its own pid file."""


@contextmanager
def one_start_at_a_time(announce: Callable[[str], None]) -> Iterator[None]:
    """One home of this person starts at a time: a port that is found free is listened on before the next one looks."""
    path = Path(tempfile.gettempdir()) / f"perennial-ports-{os.getuid()}.lock"
    # Not followed: in a folder that everyone may write to, the name could be somebody's link.
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            announce("Another home is starting on this machine; this one follows")
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def assign_ports(announce: Callable[[str], None], is_postgres_running: bool) -> dict[str, int]:
    """A port for every server: a running one keeps its own, the others get the stored or the next free one."""
    home = home_path()
    stored: dict[str, int] = read_json(home / "platform.json").get("ports", {})
    ports: dict[str, int] = {}
    for service in PREFERRED_PORTS:
        process = PROCESSES.get(service)
        is_running = is_postgres_running if process is None else ManagedProcess(process, home).find() is not None
        if is_running and service in stored:
            ports[service] = stored[service]
        else:
            ports[service] = choose_port(service, stored.get(service), set(ports.values()), announce)
    return ports


def is_port_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose_port(service: str, stored: int | None, taken: set[int], announce: Callable[[str], None]) -> int:
    """The stored or preferred port where it is free, else the next free one, announced."""
    wanted = stored or PREFERRED_PORTS[service]
    port = wanted
    while port in taken or not is_port_free(port):
        port += 1
    if port != wanted:
        announce(f"Port {wanted} is in use by another program; {service} listens on {port} instead")
    return port
