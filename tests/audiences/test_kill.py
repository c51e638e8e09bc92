"""A publish killed at any moment leaves the old audience or the new one, never half of either."""

import random
import signal
import subprocess
import sys
import time

import pytest

from perennial.audiences import list_runs, newest_run, publish
from perennial.database import Role, connect
from tests.audiences.conftest import NEXT_SUNDAY, SUNDAY, Brand

pytestmark = pytest.mark.integration
COUNT = 20_000
WORK = f"""
import datetime
from perennial.audiences import publish
print('ready', flush=True)
publish('retention', datetime.date({NEXT_SUNDAY:%Y, %-m, %-d}))
"""


def fill(day: str) -> None:
    with connect(Role.TRANSFORMER) as connection:
        connection.execute(
            "insert into marts.customer_stages select 'c' || n, %(day)s::date, %(day)s::date + 1, 'retention', "
            "%(day)s::date, 3, n, 7.0, n, 10.5, 21, 1 from generate_series(1, %(count)s) as n",
            {"day": day, "count": COUNT},
        )


def is_whole(run_id: str) -> bool:
    """Whether the members are as many as the manifest says, ranked without a gap."""
    with connect(Role.READER) as connection:
        row = connection.execute(
            "select (select row_count from audiences.runs where run_id = %(run)s) = count(*) and max(rank) = count(*) "
            "from audiences.members where run_id = %(run)s",
            {"run": run_id},
        ).fetchone()
    return bool(row and row[0])


def test_a_killed_publish_leaves_the_old_or_the_new_audience_whole(brand: Brand) -> None:
    fill(SUNDAY.isoformat())
    with connect(Role.LOADER) as connection:
        connection.execute(
            "insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source) "
            "select 'c' || n, purpose, true, '2017-01-01', 'test' "
            "from generate_series(1, %s) as n cross join unnest(array['profiling', 'email']) as purpose",
            [COUNT],
        )
    old = publish("retention", SUNDAY)
    fill(NEXT_SUNDAY.isoformat())
    brand.gate(NEXT_SUNDAY)
    generator = random.Random(24)
    for _ in range(4):
        with subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", WORK], stdout=subprocess.PIPE, cwd=brand.home
        ) as victim:
            assert victim.stdout is not None
            assert victim.stdout.readline() == b"ready\n"
            time.sleep(generator.uniform(0.05, 1.2))
            victim.send_signal(signal.SIGKILL)
        found = newest_run("retention")
        assert found.as_of in {SUNDAY, NEXT_SUNDAY}
        assert is_whole(found.run_id)
    new = publish("retention", NEXT_SUNDAY)
    assert (new.row_count, is_whole(new.run_id), is_whole(old.run_id)) == (COUNT, True, True)
    assert list_runs() == [new]
