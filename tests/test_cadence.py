"""The brand's cadence is read as of a day, and says from how much it is known."""

from datetime import date

import pytest

from perennial.cadence import Cadence, read_cadence
from perennial.database import Role, connect

COLUMNS = (
    "snapshot_on date, is_known boolean, count_customers bigint, count_returned bigint, count_gaps bigint, "
    "share_returning double precision, usual_gap_days double precision, onboarding_days double precision, "
    "slipping_after_days double precision, winback_after_days double precision"
)
UNKNOWN = Cadence(date(2020, 1, 5), False, 2_000, 58, 61, 0.03, None, 25.0, 27.5, 80.0)
KNOWN = Cadence(date(2020, 1, 12), True, 2_435, 2_400, 27_069, 0.99, 6.0, 18.0, 8.13, 62.0)


@pytest.mark.integration
@pytest.mark.usefixtures("warehouse")
def test_the_newest_cadence_up_to_a_day_is_read() -> None:
    with connect(Role.OWNER) as connection:
        assert read_cadence(connection) is None
        connection.execute(f"create table marts.cadences ({COLUMNS})")
        assert read_cadence(connection) is None
        for one in (UNKNOWN, KNOWN):
            connection.execute(
                "insert into marts.cadences values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", list(vars(one).values())
            )
        assert read_cadence(connection) == KNOWN
        assert read_cadence(connection, date(2020, 1, 11)) == UNKNOWN
        assert read_cadence(connection, date(2020, 1, 4)) is None


def test_a_known_cadence_names_its_gaps() -> None:
    assert KNOWN.sentences == (
        "Cadence: half of those who order again do so within 6 days (from 27,069 gaps between orders of 2,400 "
        "customers). Customers are new for 18 days, slipping after 8.13 and lapsed after 62, by the brand's gaps; "
        "whoever has gaps of their own is measured by them too."
    )


def test_an_unknown_cadence_says_what_is_used_instead() -> None:
    assert "not known yet: only 61 gaps between orders of 58 customers, of 2,000 who ever ordered" in UNKNOWN.sentences
    assert "by unknown_cadence_days in lifecycle.yml for the rest" in UNKNOWN.sentences
