"""`make mutants`: a copy of the house without each enforcement point in turn; the point's test has to fail."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from perennial.settings import PROJECT_ROOT
from tests.enforcement.registry import POINTS, Point

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".perennial", "__pycache__", ".*_cache")
FAILED = 1
"""pytest's exit code where tests ran and failed; another one says that it could not run them."""


def main(chosen: str = "") -> int:
    """Every point, or those whose path or test contains `chosen`; 1 where one can be removed unnoticed."""
    survivors = []
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        house = Path(folder) / "house"
        shutil.copytree(PROJECT_ROOT, house, ignore=LEFT_OUT)
        points = [point for point in POINTS if chosen in point.path or chosen in point.name]
        for number, point in enumerate(points, start=1):
            is_noticed = _is_noticed(house, point)
            outcome = "noticed" if is_noticed else "SURVIVED"
            _say(f"{number}/{len(points)} {outcome}  {point.path}: {_line(point)}")
            if not is_noticed:
                survivors.append(point)
    _say(f"{len(points) - len(survivors)} of {len(points)} removed enforcement points were noticed by their tests.")
    return 1 if survivors else 0


def _is_noticed(house: Path, point: Point) -> bool:
    file = house / point.path
    whole = file.read_text()
    file.write_text(whole.replace(point.asked, point.without))
    try:
        done = _run(house, point)
    finally:
        file.write_text(whole)
    if done.returncode not in {0, FAILED}:
        _say(done.stdout[-2000:] + done.stderr[-2000:])
    return done.returncode == FAILED


def _run(house: Path, point: Point) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(house), "PYTHONDONTWRITEBYTECODE": "1"}
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", point.test, "-k", point.name]
    return subprocess.run(command, cwd=house, env=environment, capture_output=True, text=True, check=False)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _line(point: Point) -> str:
    return " ".join(point.asked.split())[:90]


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
