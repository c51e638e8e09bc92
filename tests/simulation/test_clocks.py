"""Hours are local: daylight saving moves them in Coordinated Universal Time, not on the customer's clock."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from perennial.simulation import MarketSettings
from perennial.simulation.clocks import at_local_time, hours_of_day
from perennial.simulation.settings import TIME_ZONES
from tests.simulation.reading import happened, lines_of


def local(instant: int, zone: str) -> datetime:
    return datetime.fromtimestamp(instant / 1000, tz=UTC).astimezone(ZoneInfo(zone))


@pytest.mark.parametrize(
    "on", [date(2025, 1, 15), date(2025, 3, 9), date(2025, 3, 30), date(2025, 10, 26), date(2025, 4, 6)]
)
def test_a_clock_time_is_that_time_in_every_zone(on: date) -> None:
    zones = np.repeat(np.arange(len(TIME_ZONES)), 20)
    # From four o'clock on no clock in the world is being changed.
    clocks = np.tile(np.linspace(4, 23.5, 20), len(TIME_ZONES))
    instants = at_local_time(hours_of_day(TIME_ZONES, on), zones, clocks)
    for instant, zone, clock in zip(instants.tolist(), zones.tolist(), clocks.tolist(), strict=True):
        shown = local(instant, TIME_ZONES[zone])
        assert shown.date() == on
        assert shown.hour + shown.minute / 60 + shown.second / 3600 == pytest.approx(clock, abs=2e-3)


def test_a_day_has_23_or_25_hours_where_clocks_change() -> None:
    def length(on: date) -> float:
        hours = hours_of_day(("Europe/Berlin",), on)
        return float(hours[0, 24] - hours[0, 0]) / 3_600_000

    assert [length(date(2025, 3, 30)), length(date(2025, 10, 26)), length(date(2025, 6, 1))] == [23, 25, 24]


def test_an_hour_that_is_skipped_still_passes_forwards() -> None:
    hours = hours_of_day(TIME_ZONES, date(2025, 3, 30))
    assert (np.diff(hours, axis=1) >= 0).all()


def test_messages_arrive_at_the_hour_that_was_decided_on_before_and_after_the_change() -> None:
    settings = MarketSettings.default().without_mess()
    sent = [
        line
        for line in lines_of(settings, days=8, start=date(2025, 3, 5))
        if str(line.get("event")).endswith("Delivered") and line["context"]["timezone"] == "America/New_York"
    ]
    shown = [happened(line).astimezone(ZoneInfo("America/New_York")) for line in sent]
    assert [time.hour for time in shown] == [line["properties"]["local_hour"] for line in sent]
    assert {time.utcoffset() for time in shown} == {timedelta(hours=-5), timedelta(hours=-4)}
