from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from perennial.closures import WEEKDAYS, Closed
from perennial.lifecycle import LifecycleError, read_lifecycle


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lifecycle.yml"


def closed_var(file: Path, text: str) -> dict[str, Any]:
    file.write_text(f"closed: {text}\n")
    closed: dict[str, Any] = read_lifecycle(file).dbt_vars()["closed"]
    return closed


def test_nothing_is_closed_by_default(file: Path) -> None:
    assert read_lifecycle(file).dbt_vars()["closed"] == {"weekdays": [], "ranges": []}


def test_dbt_is_given_weekdays_by_number_and_days_merged_into_ranges(file: Path) -> None:
    ranges = "[{from: 2025-12-24, to: 2026-01-06}]"
    text = f"{{weekdays: [Sunday, mon, sunday], dates: [2026-01-07, 2026-05-14], ranges: {ranges}}}"
    assert closed_var(file, text) == {
        "weekdays": [1, 7],
        "ranges": [["2025-12-24", "2026-01-07"], ["2026-05-14", "2026-05-14"]],
    }


def test_holidays_are_those_of_the_country_and_its_subdivision(file: Path) -> None:
    country = closed_var(file, "{public_holidays: {country: DE}}")["ranges"]
    bavaria = closed_var(file, "{public_holidays: {country: DE, subdivision: BY}}")["ranges"]
    assert ["2025-12-25", "2025-12-26"] in country
    assert ["2026-01-06", "2026-01-06"] in bavaria
    assert ["2026-01-06", "2026-01-06"] not in country


@pytest.mark.parametrize(
    ("codes", "closed_on"), [("country: NO", "2026-05-17"), ("country: CA, subdivision: ON", "2026-02-16")]
)
def test_codes_that_yaml_reads_as_booleans_are_those_codes(file: Path, codes: str, closed_on: str) -> None:
    assert [closed_on, closed_on] in closed_var(file, f"{{public_holidays: {{{codes}}}}}")["ranges"]


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("{weekdays: [sonntag]}", r"closed\.weekdays\.0: .*'sonntag' is no weekday; give its name: monday"),
        ("{weekdays: [7]}", r"closed\.weekdays\.0: .*give its name"),
        (f"{{weekdays: [{', '.join(WEEKDAYS)}]}}", r"closed: .*weekdays: closed on all seven"),
        ("{dates: [tomorrow]}", r"closed\.dates\.0: "),
        ("{ranges: [{from: 2026-01-06, to: 2025-12-24}]}", r"closed\.ranges\.0: .*swap from and to"),
        ("{ranges: [{from: 2026-01-06}]}", r"closed\.ranges\.0\.to: "),
        ("{public_holidays: {country: Germany}}", r"closed\.public_holidays: .*two letters, such as DE"),
        ("{public_holidays: {country: NYSE}}", r"closed\.public_holidays: .*two letters, such as DE"),
        ("{public_holidays: {country: DE, subdivision: XX}}", r"no subdivision 'XX'; there are: BB, "),
        ("{sundays: true}", r"closed\.sundays: "),
    ],
)
def test_what_cannot_be_used_is_named_with_its_key_and_what_to_write(file: Path, text: str, named: str) -> None:
    with pytest.raises(LifecycleError, match=named):
        closed_var(file, text)


@given(st.lists(st.tuples(st.dates(), st.dates()).map(sorted)), st.lists(st.dates()))
def test_merged_ranges_hold_the_same_days_and_do_not_touch(ranges: list[list[Any]], dates: list[Any]) -> None:
    stated = [{"from": first, "to": last} for first, last in ranges]
    closed = Closed.model_validate({"weekdays": [], "dates": dates, "ranges": stated, "public_holidays": None})
    merged = closed.merged_ranges()
    edges = [*dates, *(day for pair in ranges for day in pair)]
    assert all(any(first <= day <= last for first, last in merged) for day in edges)
    assert {day for pair in merged for day in pair} <= set(edges)
    assert all((after[0] - before[1]).days > 1 for before, after in pairwise(merged))
