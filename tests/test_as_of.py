from dataclasses import dataclass
from datetime import UTC, date, datetime

import pytest

from perennial.as_of import chosen_as_of, parse_as_of, snapshot_at


@dataclass
class Event:
    timestamp: datetime
    extra: dict[str, str]


def at(hour: int, as_of: str) -> Event:
    return Event(datetime(2026, 1, 1, hour, tzinfo=UTC), {"as_of": as_of})


def test_a_days_moment_is_the_midnight_that_ends_it() -> None:
    assert snapshot_at(date(2017, 12, 31)) == datetime(2018, 1, 1, tzinfo=UTC)


def test_a_persons_parameter_wins_over_the_assets_moment() -> None:
    assert chosen_as_of({"as_of": "2017-10-01"}, {"events": [at(1, "2017-11-01")]}) == "2017-10-01"


def test_coalesced_asset_events_mean_the_last_one_sent() -> None:
    assert chosen_as_of({}, {"events": [at(2, "2017-10-01"), at(1, "2018-01-01")]}) == "2017-10-01"


def test_without_parameter_or_asset_no_day_is_chosen() -> None:
    assert chosen_as_of({"as_of": None}, {}) == ""


def test_text_that_is_no_day_is_refused_with_the_form_it_should_have() -> None:
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        parse_as_of("last tuesday")
