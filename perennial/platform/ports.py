"""Which port each server listens on: remembered per home, stepped aside where another program was first."""

import socket
from collections.abc import Callable

from perennial.platform.home import LOOPBACK, read_json
from perennial.platform.processes import ManagedProcess
from perennial.settings import home_path

PREFERRED_PORTS = {"postgres": 5442, "valkey": 6389, "airflow": 8080, "airflow_logs": 8793, "mlflow": 5000, "api": 8000}
PROCESSES = {
    "valkey": "valkey",
    "airflow": "airflow-api",
    "airflow_logs": "airflow-scheduler",
    "mlflow": "mlflow",
    "api": "api",
}
"""The process that holds each port; PostgreSQL keeps its own pid file."""


def assign_ports(announce: Callable[[str], None], is_postgres_running: bool) -> dict[str, int]:
    """A port for every server: a running one keeps its own, the others get the remembered or the next free one."""
    home = home_path()
    remembered: dict[str, int] = read_json(home / "platform.json").get("ports", {})
    ports: dict[str, int] = {}
    for service in PREFERRED_PORTS:
        process = PROCESSES.get(service)
        is_running = is_postgres_running if process is None else ManagedProcess(process, home).find() is not None
        if is_running and service in remembered:
            ports[service] = remembered[service]
        else:
            ports[service] = choose_port(service, remembered.get(service), set(ports.values()), announce)
    return ports


def is_port_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
    return True


def choose_port(service: str, remembered: int | None, taken: set[int], announce: Callable[[str], None]) -> int:
    """The remembered or preferred port if nobody else listens there, else the next free one, said aloud."""
    wanted = remembered or PREFERRED_PORTS[service]
    port = wanted
    while port in taken or not is_port_free(port):
        port += 1
    if port != wanted:
        announce(f"Port {wanted} is in use by another program; {service} listens on {port} instead")
    return port
