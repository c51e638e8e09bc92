"""Start, find and stop the platform's own processes, by pid files that survive this program."""

import json
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

from perennial.atomic_file import replace_text

STOP_SECONDS = 20


@dataclass(frozen=True)
class ManagedProcess:
    """A long-running program of this home: its pid file in `run/`, its output in `logs/`."""

    name: str
    home: Path

    @property
    def log(self) -> Path:
        return self.home / "logs" / f"{self.name}.log"

    @property
    def pid_file(self) -> Path:
        return self.home / "run" / f"{self.name}.json"

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Start in a session of its own, so that it outlives the terminal; output is appended to the log."""
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                command,
                env={**os.environ, **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd=self.home,
            )
        process.returncode = 0  # it is meant to outlive this program: no warning about that
        started = psutil.Process(process.pid).create_time()
        replace_text(self.pid_file, json.dumps({"pid": process.pid, "started": started}))

    def find(self) -> psutil.Process | None:
        """The running process, or None. A pid that now belongs to another program does not count."""
        try:
            record = json.loads(self.pid_file.read_text())
            process = psutil.Process(record["pid"])
            if process.create_time() != record["started"] or process.status() == psutil.STATUS_ZOMBIE:
                return None
        except (FileNotFoundError, json.JSONDecodeError, KeyError, psutil.NoSuchProcess):
            return None
        return process

    def stop(self) -> bool:
        """End the process and its children: SIGTERM, then SIGKILL after `STOP_SECONDS`. True if there was one."""
        process = self.find()
        self.pid_file.unlink(missing_ok=True)
        if process is None:
            return False
        family = [process, *process.children(recursive=True)]
        for member in family:
            _send(member, signal.SIGTERM)
        _, alive = psutil.wait_procs(family, timeout=STOP_SECONDS)
        for member in alive:
            _send(member, signal.SIGKILL)
        psutil.wait_procs(alive, timeout=STOP_SECONDS)
        return True

    def log_tail(self, lines: int = 8) -> str:
        """The end of the log, for an error message."""
        if not self.log.exists():
            return "(no log)"
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])


def _send(process: psutil.Process, wanted: signal.Signals) -> None:
    try:
        process.send_signal(wanted)
    except psutil.NoSuchProcess:
        return
