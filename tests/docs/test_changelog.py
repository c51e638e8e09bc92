"""The changelog has the form of Keep a Changelog, and its newest release is the package's version."""

import re
import tomllib
from datetime import date

from perennial import __version__
from perennial.settings import PROJECT_ROOT
from tests.docs.pages import table_rows
from tests.docs.test_names import words_of_the_code

CHANGELOG = (PROJECT_ROOT / "CHANGELOG.md").read_text()
RELEASES = re.findall(r"^## (\d+\.\d+\.\d+) - (\d{4}-\d\d-\d\d)$", CHANGELOG, flags=re.MULTILINE)
KINDS = {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_every_heading_is_a_release_or_a_kind_of_change() -> None:
    headings = re.findall(r"^## (.*)$", CHANGELOG, flags=re.MULTILINE)
    assert headings in (["Unreleased", *map(" - ".join, RELEASES)], [*map(" - ".join, RELEASES)])
    assert set(re.findall(r"^### (.*)$", CHANGELOG, flags=re.MULTILINE)) <= KINDS


def test_the_newest_release_is_the_version_of_the_package() -> None:
    assert RELEASES[0][0] == __version__
    assert tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text())["project"]["dynamic"] == ["version"]


def test_releases_stand_in_the_order_of_their_days() -> None:
    days = [date.fromisoformat(day) for _, day in RELEASES]
    assert days == sorted(days, reverse=True)
    assert days


def test_the_names_that_replace_others_are_in_the_code() -> None:
    newest = CHANGELOG.split("\n## ")[1]
    rows = [row for row in table_rows(newest) if row[-1] != "now"]
    names = {
        name for row in rows for span in re.findall(r"`([^`]+)`", row[-1]) for name in re.findall(r"[a-z_A-Z]+", span)
    }
    assert names - words_of_the_code() - {"make"} == set()
