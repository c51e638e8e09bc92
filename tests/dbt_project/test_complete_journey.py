"""The totals that everybody knows of Complete Journey, in the marts. Source: the data set's own documentation."""

import pytest

from perennial.ingestion import ingest_complete_journey
from tests.dbt_project.brand import Brand

pytestmark = pytest.mark.integration

MARTS = ("customers", "orders", "order_lines", "messages", "coupon_redemptions")
IDENTITIES = "order_lines_add_up_to_orders"
TOTALS = {
    "select count(*) from marts.customers": 2_469,
    "select count(distinct customer_id) from marts.orders": 2_469,
    "select count(*) from marts.orders": 155_848,
    "select count(*) from marts.order_lines": 1_469_307,
    "select sum(revenue)::text from marts.orders": "4596039.58",
    "select sum(revenue)::text from marts.order_lines": "4596039.58",
    "select count(*) from marts.messages where action = 'delivered'": 6_589,
    "select count(*) from marts.messages": 6_589,
    "select count(*) from marts.coupon_redemptions": 2_102,
}


def test_complete_journeys_known_totals_are_in_the_marts(brand: Brand) -> None:
    ingest_complete_journey()
    selected = " ".join(f"+{mart},resource_type:model" for mart in MARTS)
    brand.build(select=f"{selected} {IDENTITIES}")
    assert {query: brand.all(query)[0][0] for query in TOTALS} == TOTALS
