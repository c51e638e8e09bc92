"""What `events/expected.csv` says of the inputs beside it."""

import csv
from pathlib import Path
from typing import NamedTuple

CASES = Path(__file__).parent / "events"
ALL_TOGETHER = "together"


class Expected(NamedTuple):
    """One line: `kind` is order, event or consent, `about` the order's customer or the consent's purpose."""

    kind: str
    file: str
    id: str
    about: str
    net_revenue: str
    state: str
    note: str


with (CASES / "expected.csv").open(newline="") as rows:
    EXPECTED = [Expected(*row) for row in list(csv.reader(rows))[1:]]
FILES: dict[str, list[Path]] = {}
"""The files of each case, by its number."""
for path in sorted(CASES.glob("*.jsonl*")):
    FILES.setdefault(path.name.split("-", maxsplit=1)[0], []).append(path)


def files_of(which: str) -> tuple[list[Path], list[Expected]]:
    """The files of a case, or of all, and what is expected of them."""
    numbers = list(FILES) if which == ALL_TOGETHER else [which]
    return [path for number in numbers for path in FILES[number]], [row for row in EXPECTED if row.file in numbers]
