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
    generator = random.Random(seed)
    names = [*ODD_IDS, *(f"c{number}" for number in range(customers - len(ODD_IDS)))]
    events = [event for name in names for event in _life(generator, name)]
    return sorted(events, key=lambda event: (event.occurred_at, event.message_id))


def _life(generator: random.Random, name: str) -> Iterator[Event]:
    device = f"device-{name}"
    start = generator.uniform(0, 60)
    identified = start + generator.choice([0, 5, 30, 200])
    yield _event(generator, start, None, device, type="page")
    if identified < DAYS:
        traits = {"plan": generator.choice(["free", "paid"])}
        yield _event(generator, identified, name, device, type="identify", traits=traits)
    if generator.random() < 0.1:  # the device is lent to someone else
        yield _event(generator, generator.uniform(start, DAYS), "c1", device, type="identify")
        yield _event(generator, generator.uniform(start, DAYS), None, device, type="page")
    if generator.random() < 0.15:  # a new account, of the same person or a cycle of them
        renamed = generator.choice([f"{name}-new", "c2", "c3"])
        at = generator.uniform(start, DAYS)
        yield _event(generator, at, renamed, None, type="alias", properties={"previousId": name})
    time, pace = start + generator.uniform(0, 20), generator.choice([3, 7, 20])
    while time < DAYS:
        user = name if time > identified else None
        yield from _order(generator, time, user, device)
        time += generator.expovariate(1 / pace) + generator.choice([0, 0.1])
    for week in range(14):
        if generator.random() < 0.3:
            yield from _messages(generator, 7 * week + 1, name)


def _order(generator: random.Random, time: float, user: str | None, device: str) -> Iterator[Event]:
    order_id = f"order-{generator.getrandbits(48):x}"
    store = generator.choice(["north", "south", None])
    content = {"order_id": order_id, "store_id": store, **_basket(generator)}
    if generator.random() < 0.1:  # a number that others have as well
        order_id = f"shared-{generator.randrange(8)}"
        content |= {"order_id": order_id, "shop": generator.choice([None, None, "a", "b"])}
    yield _event(generator, time, user, device, "Order Completed", content)
    if generator.random() < 0.1:  # from the browser as well as from the server
        yield _event(generator, time + generator.choice([0.001, 2]), None, device, "Order Completed", content)
    later = time + generator.choice([0.001, 0.3, 3, 15])
    fate = generator.random()
    if fate < 0.1:
        yield _event(generator, later, user, device, "Order Updated", {"order_id": order_id, **_basket(generator)})
    elif fate < 0.2:
        yield _event(generator, later, user, device, "Order Refunded", {"order_id": order_id, "total": 2.5})
    elif fate < 0.25:
        yield _event(generator, later, user, device, "Order Refunded", {"order_id": order_id})
    elif fate < 0.35:
        yield _event(generator, later, user, device, "Order Cancelled", {"order_id": order_id})


def _basket(generator: random.Random) -> dict[str, Any]:
    products: list[dict[str, Any]] = []
    for _ in range(generator.randint(0, 4)):
        price = generator.randrange(50, 3000) / 100
        products.append(
            {
                "product_id": f"p{generator.randint(1, 20)}",
                "department": generator.choice(["Food", "Drinks", "Toys", "Garden", None]),
                "brand": generator.choice(["Own", "National"]),
                "quantity": generator.randint(1, 3),
                "price": price,
                "discount": generator.choice([0, 0.5]),
                "coupon_discount": generator.choice([0, 0, 1.25]),
            }
        )
    total = sum(product["price"] * product["quantity"] for product in products)
    total = round(total + generator.choice([0, 3.99]), 2)
    written = generator.choice([total, total, total, f"{total:,.2f}", f"$ {total}", "to be agreed", f"{total} EUR"])
    return {"products": products, "total": written}


def _messages(generator: random.Random, day: int, name: str) -> Iterator[Event]:
    sent = day + generator.random()
    ends_on = (FIRST_DAY + timedelta(days=day + 10)).date().isoformat()
    properties = {"campaign_id": f"campaign-{day}", "ends_on": ends_on}
    yield _event(generator, sent, name, None, "Email Delivered", properties)
    if generator.random() < 0.4:
        yield _event(generator, sent + 0.2, name, None, "Email Opened", properties)
    if generator.random() < 0.2:
        yield _event(generator, sent + 2, name, None, "Coupon Applied", {"coupon_id": "ten", "campaign_id": "x"})


def _event(
    generator: random.Random,
    day: float,
    user: str | None,
    device: str | None,
    event: str | None = None,
    properties: dict[str, Any] | None = None,
    **envelope: Any,
) -> Event:
    message_id = f"m-{generator.getrandbits(64):x}"
    time = FIRST_DAY + timedelta(days=day)
    return Event(message_id, time, event, user, device, properties=properties or {}, **envelope)
