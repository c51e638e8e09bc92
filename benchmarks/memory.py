"""Peak memory of a home's processes, sampled while something runs."""

import threading
from pathlib import Path
from typing import Self

import psutil

SECONDS = 1.0
GIB = 1 << 30


class MemorySampler:
    """The largest sum of proportional set sizes (shared pages counted once) of all processes that belong to `home`."""

    def __init__(self, home: Path) -> None:
        self._home = str(home)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.peak_gib = 0.0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(SECONDS):
            self.peak_gib = max(self.peak_gib, sum(map(_pss, self._family())) / GIB)

    def _family(self) -> set[psutil.Process]:
        roots = [process for process in psutil.process_iter() if self._belongs(process)]
        return {member for root in roots for member in (root, *_children(root))}

    def _belongs(self, process: psutil.Process) -> bool:
        try:
            return (
                any(self._home in part for part in process.cmdline())
                or process.environ().get("PERENNIAL_HOME") == self._home
            )
        except psutil.Error:
            return False


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children(recursive=True)
    except psutil.Error:
        return []


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0
