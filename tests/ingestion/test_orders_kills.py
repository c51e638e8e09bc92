"""A table whose ingest is killed at any moment, again and again, is loaded once; so are several at once."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from perennial.ingestion import TableReport, ingest_orders

pytestmark = pytest.mark.integration

Ask = Callable[..., list[tuple[Any, ...]]]

ORDERS = 6_000
INGEST = """
import sys
from perennial.ingestion import batches, ingest_orders
batches.MAX_BATCH_LINES = 500
ingest_orders(sys.argv[1], progress=lambda done, total: print(done, flush=True))
"""
STATE = (
    "select message_id, event, user_id, occurred_at, properties, traits from raw.events order by 1",
    "select line, reason, fingerprint from raw.rejected_events order by 3",
    "select kind, detail, fingerprint from raw.data_issues order by 3",
)


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Orders of two rows, numbered and not, with refunds, returns without a number, voids and rows of nobody."""
    generator = random.Random(11)
    lines = ["order,customer,email,date,total,refunded,status,product,quantity,price"]
    for number in range(ORDERS):
        customer = f"c{number % 300}" if number % 50 else ""
        order = f"#{number}" if number % 3 else ""
        total, day = f"{generator.randint(100, 9_000) / 100:.2f}", 1 + number * 27 // ORDERS
        if number % 90 == 0:
            total = f"-{total}"
        refunded = "1.00" if number % 7 == 0 and order else ""
        status = "voided" if number % 41 == 0 else "paid"
        moment = f"2026-09-{day:02} 10:00:00 +0200"
        lines.append(f"{order},{customer},{customer}@example.org,{moment},{total},{refunded},{status},Mug,1,{total}")
        if order:
            lines.append(f"{order},{customer},,{moment},,,,Spoon,1,0.50")
    path = tmp_path / "orders.csv"
    path.write_text("\n".join(lines))
    return path


def test_a_killed_ingest_is_completed_by_running_it_again(table: Path, ask: Ask, empty_raw: Callable[[], None]) -> None:
    ingest_orders(table)
    right = [ask(question) for question in STATE]
    empty_raw()
    generator, count_kills = random.Random(3), 0
    for _ in range(6):
        with subprocess.Popen([sys.executable, "-c", INGEST, table], stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(generator.uniform(0, 0.8))
            process.send_signal(signal.SIGKILL)
            count_kills += process.wait() == -signal.SIGKILL
    ingest_orders(table)
    assert count_kills > 0
    assert [ask(question) for question in STATE] == right


def test_ingests_at_once_of_two_exports_state_each_order_once(table: Path, tmp_path: Path, ask: Ask) -> None:
    later = tmp_path / "later.csv"
    later.write_text(table.read_text().replace(",1.00,paid", ",2.00,paid"))
    with ThreadPoolExecutor() as pool:
        reports: list[TableReport] = list(pool.map(ingest_orders, [table, later, table]))
    assert sum(report.ingested.count_conflicting for report in reports) == 0
    completed = "select properties ->> 'order_id' from raw.events where event = 'Order Completed'"
    assert ask(f"select count(*) - count(distinct order_id) from ({completed}) as stated (order_id)") == [(0,)]
