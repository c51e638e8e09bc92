"""The registry of enforcement points is that of the code: each stands where it says, and none is missing."""

import re

import pytest

from perennial.settings import PROJECT_ROOT
from tests.enforcement.registry import POINTS, Point

# How consent, holdout and access are asked for.
ASKS = re.compile(
    r"(?:from|join) consent\.granted\(|\(\{CONTACTABLE_SQL\}\)|\(\{EXCLUDED_SQL\}\)|\[CanRead\]|consented_customers\(|"
    r"contactable_channels\(|consent\.answers\("
)
ASKED_BY_ANOTHER_NAME = {
    "perennial/consent.py",  # the functions themselves
    "perennial/stage_trials/cohort_queries.py",  # its answers are asked for two lines further
}
IMPLEMENTATION = [
    path.relative_to(PROJECT_ROOT).as_posix()
    for folder in ("perennial", "training", "feature_repo", "dags")
    for path in (PROJECT_ROOT / folder).rglob("*.py")
]


@pytest.mark.parametrize("point", POINTS, ids=lambda point: f"{point.path}: {point.name}")
def test_a_point_is_in_the_code_once_and_its_test_exists(point: Point) -> None:
    assert point.file.read_text().count(point.asked) == 1
    assert point.without != point.asked
    assert f"def {point.name}(" in (PROJECT_ROOT / point.test).read_text()


def test_everything_that_is_asked_is_in_the_registry() -> None:
    assert [
        path for path in IMPLEMENTATION if path not in ASKED_BY_ANOTHER_NAME and ASKS.search(_unregistered(path))
    ] == []


def _unregistered(path: str) -> str:
    """What of a file no point of the registry is."""
    text = (PROJECT_ROOT / path).read_text()
    for point in POINTS:
        if point.path == path:
            text = text.replace(point.asked, "")
    return text
