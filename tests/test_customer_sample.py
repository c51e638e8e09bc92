"""The sample is fixed by the ids alone: PostgreSQL draws the customers that the digest says."""

from hashlib import md5

import pytest

from perennial.customer_sample import BUCKETS, first_customers_sql, in_part_sql, in_sample_sql
from perennial.database import Role, connect

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("warehouse")]

CUSTOMERS = [f"customer {number} ü" for number in range(2_000)]


def bucket(customer: str) -> int:
    return int(md5(customer.encode(), usedforsecurity=False).hexdigest()[:8], 16)


def chosen(end: str, **parameters: float) -> list[str]:
    with connect(Role.READER) as connection:
        statement = f"select customer from unnest(%(customers)s::text[]) as customer {end}"
        rows = connection.execute(statement.encode(), {"customers": CUSTOMERS, **parameters})
        return [customer for (customer,) in rows]


def test_a_share_of_the_customers_is_drawn_by_the_first_32_bits_of_the_digest() -> None:
    expected = [customer for customer in CUSTOMERS if bucket(customer) < 0.3 * BUCKETS]
    assert chosen(f"where {in_sample_sql('customer', '0.3')}") == expected
    assert chosen(f"where {in_sample_sql('customer', '%(share)s::double precision')}", share=0.3) == expected
    assert 500 < len(expected) < 700


def test_a_larger_share_only_adds_and_the_whole_share_is_everyone() -> None:
    small, large = (set(chosen(f"where {in_sample_sql('customer', share)}")) for share in ("0.1", "0.2"))
    assert small < large
    assert chosen(f"where {in_sample_sql('customer', '1.0')}") == CUSTOMERS
    assert chosen(f"where {in_sample_sql('customer', '0.0')}") == []


def test_parts_hold_everyone_once_and_are_of_like_size() -> None:
    parts = [chosen(f"where {in_part_sql('customer', part, 4)}".replace("%", "%%")) for part in range(4)]
    assert sorted(customer for part in parts for customer in part) == sorted(CUSTOMERS)
    assert parts[1] == [customer for customer in CUSTOMERS if bucket(customer) % 4 == 1]
    assert all(400 < len(part) < 600 for part in parts)


def test_the_first_customers_are_those_of_the_lowest_digests() -> None:
    by_digest = sorted(CUSTOMERS, key=lambda customer: md5(customer.encode(), usedforsecurity=False).hexdigest())
    assert chosen(first_customers_sql("customer", 10)) == by_digest[:10]
