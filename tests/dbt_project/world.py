"""A small market that does everything the warehouse has to cope with, the same for the same seed."""

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.dbt_project.brand import Event

FIRST_DAY = datetime(2021, 3, 1, tzinfo=UTC)
DAYS = 100
ODD_IDS = ["o'Brien", "Ünï \U0001f600", "'; drop table marts.orders; --", 'say "hi"', "{{ 1/0 }}", "%s"]


def market(seed: int, customers: int = 30) -> list[Event]:
    """Events of 100 days in order of time: orders and their corrections, visits, messages, identifies."""
    chance = random.Random(seed)
    names = [*ODD_IDS, *(f"c{number}" for number in range(customers - len(ODD_IDS)))]
    events = [event for name in names for event in _life(chance, name)]
    return sorted(events, key=lambda event: (event.occurred_at, event.message_id))


def _life(chance: random.Random, name: str) -> Iterator[Event]:
    device = f"device-{name}"
    start = chance.uniform(0, 60)
    identified = start + chance.choice([0, 5, 30, 200])
    yield _event(chance, start, None, device, type="page")
    if identified < DAYS:
        traits = {"plan": chance.choice(["free", "paid"])}
        yield _event(chance, identified, name, device, type="identify", traits=traits)
    if chance.random() < 0.1:  # the device is lent to someone else
        yield _event(chance, chance.uniform(start, DAYS), "c1", device, type="identify")
    moment, pace = start + chance.uniform(0, 20), chance.choice([3, 7, 20])
    while moment < DAYS:
        user = name if moment > identified else None
        yield from _order(chance, moment, user, device)
        moment += chance.expovariate(1 / pace) + chance.choice([0, 0.1])
    for week in range(14):
        if chance.random() < 0.3:
            yield from _messages(chance, 7 * week + 1, name)


def _order(chance: random.Random, moment: float, user: str | None, device: str) -> Iterator[Event]:
    order_id = f"order-{chance.getrandbits(48):x}"
    store = chance.choice(["north", "south", None])
    content = {"order_id": order_id, "store_id": store, **_basket(chance)}
    yield _event(chance, moment, user, device, "Order Completed", content)
    later = moment + chance.choice([0.001, 0.3, 3, 15])
    fate = chance.random()
    if fate < 0.1:
        yield _event(chance, later, user, device, "Order Updated", {"order_id": order_id, **_basket(chance)})
    elif fate < 0.2:
        yield _event(chance, later, user, device, "Order Refunded", {"order_id": order_id, "total": 2.5})
    elif fate < 0.25:
        yield _event(chance, later, user, device, "Order Refunded", {"order_id": order_id})
    elif fate < 0.35:
        yield _event(chance, later, user, device, "Order Cancelled", {"order_id": order_id})


def _basket(chance: random.Random) -> dict[str, Any]:
    products: list[dict[str, Any]] = []
    for _ in range(chance.randint(0, 4)):
        price = chance.randrange(50, 3000) / 100
        products.append(
            {
                "product_id": f"p{chance.randint(1, 20)}",
                "department": chance.choice(["Food", "Drinks", "Toys", "Garden", None]),
                "brand": chance.choice(["Own", "National"]),
                "quantity": chance.randint(1, 3),
                "price": price,
                "discount": chance.choice([0, 0.5]),
                "coupon_discount": chance.choice([0, 0, 1.25]),
            }
        )
    total = sum(product["price"] * product["quantity"] for product in products)
    return {"products": products, "total": round(total + chance.choice([0, 3.99]), 2)}


def _messages(chance: random.Random, day: int, name: str) -> Iterator[Event]:
    sent = day + chance.random()
    ends_on = (FIRST_DAY + timedelta(days=day + 10)).date().isoformat()
    properties = {"campaign_id": f"campaign-{day}", "ends_on": ends_on}
    yield _event(chance, sent, name, None, "Email Delivered", properties)
    if chance.random() < 0.4:
        yield _event(chance, sent + 0.2, name, None, "Email Opened", properties)
    if chance.random() < 0.2:
        yield _event(chance, sent + 2, name, None, "Coupon Applied", {"coupon_id": "ten", "campaign_id": "x"})


def _event(
    chance: random.Random,
    day: float,
    user: str | None,
    device: str | None,
    event: str | None = None,
    properties: dict[str, Any] | None = None,
    **envelope: Any,
) -> Event:
    message_id = f"m-{chance.getrandbits(64):x}"
    moment = FIRST_DAY + timedelta(days=day)
    return Event(message_id, moment, event, user, device, properties=properties or {}, **envelope)
