"""The embedded servers are ordinary servers, and a home survives kills and half-finished starts."""

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import psutil
import psycopg
import pytest

from perennial.database import Role, connect
from perennial.platform import BrokenHomeError, down, status, up
from perennial.platform.home import LOOPBACK, read_json
from perennial.settings import HOME_VARIABLE, HomeNotReadyError, load_settings, write_private_json

pytestmark = pytest.mark.integration


def silence(_: str) -> None:
    pass


def start() -> None:
    up(announce=silence, services=("valkey",))


def count_loads() -> int:
    with connect(Role.READER) as connection:
        row = connection.execute("select count(*) from raw.loads").fetchone()
    assert row is not None
    return int(row[0])


def add_load(load_id: int) -> None:
    with connect(Role.LOADER) as connection:
        connection.execute("insert into raw.loads values (%s, 'test', now(), 0, 0, 0)", [load_id])


@pytest.mark.usefixtures("own_home")
def test_down_and_up_again_keeps_the_data() -> None:
    start()
    add_load(1)
    assert set(down()) == {"valkey", "postgres"}
    start()
    assert count_loads() == 1


def test_up_twice_changes_nothing(own_home: Path) -> None:
    start()
    first = read_json(own_home / "platform.json"), read_json(own_home / "secrets.json")
    start()
    assert (read_json(own_home / "platform.json"), read_json(own_home / "secrets.json")) == first


def test_a_killed_postgres_recovers_at_the_next_up(own_home: Path) -> None:
    start()
    add_load(1)
    pid = int((own_home / "postgres" / "postmaster.pid").read_text().splitlines()[0])
    family = [psutil.Process(pid), *psutil.Process(pid).children()]
    for process in family:
        os.kill(process.pid, signal.SIGKILL)
    psutil.wait_procs(family, timeout=10)
    start()
    assert count_loads() == 1


def test_a_home_whose_initialisation_was_cut_is_finished(own_home: Path) -> None:
    (own_home / "postgres").mkdir(parents=True)
    (own_home / "run").mkdir()
    (own_home / "run" / "valkey.json").write_text('{"pid": 12')
    (own_home / "platform.json").write_text("{")
    with pytest.raises(BrokenHomeError, match=r"platform\.json"):
        start()
    (own_home / "platform.json").unlink()
    start()
    assert all(part.is_running for part in status() if part.name in {"postgres", "valkey"})


def test_a_port_in_use_is_announced_and_another_is_taken(own_home: Path) -> None:
    announced: list[str] = []
    with socket.create_server((LOOPBACK, 0)) as squatter:
        taken = squatter.getsockname()[1]
        write_private_json(own_home / "platform.json", {"ports": {"valkey": taken}})
        up(announce=announced.append, services=("valkey",))
    assert any(f"Port {taken} is in use by another program; valkey listens on" in line for line in announced)
    assert read_json(own_home / "platform.json")["ports"]["valkey"] != taken


def test_two_homes_run_side_by_side(own_home: Path) -> None:
    start()
    add_load(1)
    os.environ[HOME_VARIABLE] = str(own_home.with_name("second"))
    load_settings.cache_clear()
    start()
    assert count_loads() == 0
    down()


@pytest.mark.usefixtures("own_home")
def test_only_the_loader_writes_raw() -> None:
    start()
    for role in (Role.TRANSFORMER, Role.PUBLISHER, Role.READER):
        with connect(role) as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("insert into raw.loads values (2, 'test', now(), 0, 0, 0)")


@pytest.mark.usefixtures("own_home")
def test_the_reader_writes_nothing_at_all() -> None:
    start()
    with connect(Role.READER) as connection:
        granted = connection.execute(
            "select count(*) from information_schema.role_table_grants "
            "where grantee = 'reader' and privilege_type <> 'SELECT'"
        ).fetchone()
    assert granted == (0,)


def test_servers_listen_on_loopback_only_and_ask_for_passwords(own_home: Path) -> None:
    start()
    ports = read_json(own_home / "platform.json")["ports"]
    ours = {ports["postgres"], ports["valkey"]}
    listening = [c.laddr for c in psutil.net_connections("tcp") if c.status == "LISTEN" and c.laddr.port in ours]
    assert {address.port for address in listening} == ours
    assert {address.ip for address in listening} == {LOOPBACK}
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(host=LOOPBACK, port=ports["postgres"], user="reader", password="wrong", dbname="warehouse")


def test_secrets_are_generated_per_home_and_readable_by_the_owner_alone(own_home: Path) -> None:
    start()
    for name in ("secrets.json", "platform.json", "dbt/profiles.yml", "valkey/valkey.conf"):
        assert stat.S_IMODE((own_home / name).stat().st_mode) == 0o600, name
    first = read_json(own_home / "secrets.json")
    assert len(set(first.values())) == len(first)
    assert min(len(str(value)) for value in first.values()) >= 32


@pytest.mark.usefixtures("own_home")
def test_a_home_that_was_never_built_is_named_with_the_command_that_builds_it() -> None:
    with pytest.raises(HomeNotReadyError, match="perennial up"):
        connect(Role.READER)


UP = "from perennial.platform import up; up(announce=lambda _: None, services=('valkey',))"


def test_two_homes_started_at_the_same_moment_do_not_meet(own_home: Path) -> None:
    homes = [own_home, own_home.with_name("neighbour")]
    starting = [
        subprocess.Popen([sys.executable, "-W", "ignore", "-c", UP], env={**os.environ, HOME_VARIABLE: str(home)})
        for home in homes
    ]
    try:
        assert [process.wait(timeout=120) for process in starting] == [0, 0]
        ports = [set(read_json(home / "platform.json")["ports"].values()) for home in homes]
        assert not ports[0] & {read_json(homes[1] / "platform.json")["ports"][name] for name in ("postgres", "valkey")}
    finally:
        stop = [sys.executable, "-W", "ignore", "-c", "from perennial.platform import down; down()"]
        subprocess.run(stop, env={**os.environ, HOME_VARIABLE: str(homes[1])}, check=True)
