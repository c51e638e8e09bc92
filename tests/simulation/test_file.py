"""The file: the same bytes from the same seed, whatever the block size."""

import gzip
import hashlib
import tracemalloc
from collections import Counter
from decimal import Decimal
from pathlib import Path

import orjson
import pytest

from perennial.simulation import Market, MarketSettings, SimulationReport, simulate_file
from perennial.simulation.file import market_text
from tests.simulation.reading import happened, lines_of, when


def write(out: Path, *, seed: int = 1, block: int = 16_000) -> SimulationReport:
    return simulate_file(Market(800, seed=seed), 12, out, block=block)


def digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["market.jsonl", "market.jsonl.gz"])
def test_the_same_seed_gives_the_same_bytes_and_another_others(tmp_path: Path, name: str) -> None:
    write(tmp_path / f"first-{name}")
    write(tmp_path / f"second-{name}")
    write(tmp_path / f"other-{name}", seed=2)
    assert digest(tmp_path / f"first-{name}") == digest(tmp_path / f"second-{name}")
    assert digest(tmp_path / f"first-{name}") != digest(tmp_path / f"other-{name}")


def test_how_much_is_written_at_once_changes_no_byte(tmp_path: Path) -> None:
    write(tmp_path / "large.jsonl")
    write(tmp_path / "small.jsonl", block=97)
    assert digest(tmp_path / "large.jsonl") == digest(tmp_path / "small.jsonl")


def test_compressed_or_not_the_lines_are_the_same(tmp_path: Path) -> None:
    report = write(tmp_path / "plain.jsonl")
    write(tmp_path / "packed.jsonl.gz")
    plain = (tmp_path / "plain.jsonl").read_bytes()
    assert gzip.decompress((tmp_path / "packed.jsonl.gz").read_bytes()) == plain
    assert report.bytes == len(plain)
    assert report.count_lines == plain.count(b"\n")


def test_memory_does_not_grow_with_the_days() -> None:
    def peak(days: int) -> int:
        market = Market(3_000, seed=1)
        tracemalloc.start()
        for _ in market_text(market, days):
            pass
        highest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return highest

    peak(2)  # what is imported or remembered once
    assert peak(40) < 1.3 * peak(10)


def test_an_order_adds_up_to_the_cent() -> None:
    orders = [line["properties"] for line in lines_of() if line.get("event") == "Order Completed"]
    assert len(orders) > 500
    assert len({order["order_id"] for order in orders}) >= 0.98 * len(orders)
    for order in orders:
        products = order["products"]
        assert sum(Decimal(str(product["total"])) for product in products) == Decimal(str(order["total"]))
        assert all(
            Decimal(str(product["price"])) * product["quantity"] == Decimal(str(product["total"]))
            for product in products
        )
    sizes = Counter(len(order["products"]) for order in orders)
    assert set(sizes) == {1, 2, 3, 4, 5, 6}


def test_without_mess_the_file_is_in_order_and_every_event_there_once() -> None:
    lines = lines_of(MarketSettings.default().without_mess())
    received = [when(line, "receivedAt") for line in lines]
    assert received == sorted(received)
    assert len({line["messageId"] for line in lines}) == len(lines)


def test_a_customer_is_identified_before_any_other_event() -> None:
    lines = lines_of(MarketSettings.default().without_mess(), days=40)
    first: dict[str, str] = {}
    for line in sorted(lines, key=happened):
        first.setdefault(line["userId"], line["type"])
    assert set(first.values()) == {"identify"}
    assert len(first) > 1_150


def test_the_group_that_is_never_messaged_gets_no_message() -> None:
    lines = lines_of()
    never = {line["userId"] for line in lines if line.get("traits", {}).get("messagingGroup") == "never"}
    messaged = {line["userId"] for line in lines if str(line.get("event")).endswith("Delivered")}
    assert 0.15 < len(never) / 1_350 < 0.27
    assert never.isdisjoint(messaged)
    assert len(messaged) > 700


def test_a_file_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def stop(done: int, total: int | None) -> None:
        raise KeyboardInterrupt(f"{done} of {total}")

    with pytest.raises(KeyboardInterrupt):
        simulate_file(Market(50), 3, tmp_path / "cut.jsonl", progress=stop)
    assert list(tmp_path.iterdir()) == []


def test_every_line_is_one_object_with_an_envelope(tmp_path: Path) -> None:
    write(tmp_path / "market.jsonl")
    for line in (tmp_path / "market.jsonl").read_bytes().splitlines():
        event = orjson.loads(line)
        assert event["type"] in {"track", "identify"}
        assert event["messageId"]
        assert event["context"]["timezone"]
