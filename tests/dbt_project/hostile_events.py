"""Random and hostile events of a few villains, as hypothesis draws them: envelopes, properties, times, identities."""

import json
from datetime import timedelta
from itertools import count
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tests.dbt_project.world import DAYS, FIRST_DAY

Message = dict[str, Any]

USERS = [f"villain-{number}" for number in range(12)]
DEVICES = [f"villain-device-{number}" for number in range(8)]
ORDERS = [f"villain-order-{number}" for number in range(40)]
NUMBERS = [0, 1, -1, 0.1, -0.0, 5e-324, 1e12, 1e15, 1e200, 1e308, -1e308, 2**63, 2**64 - 1, 10**25, -(10**400), 10**400]
TEXTS = [
    *(
        "",
        " ",
        "\0",
        "\x1f",
        "\ud7ff\ue000",
        "\u202e",
        "e\u0301",
        "\u200b",
        "x" * 5_000,
        "9" * 400,
        "undefined",
        "null",
    ),
    *("1e400", "NaN", "Infinity", "-", "%s", "\\", "\\u0000", "{", "{{ 1/0 }}", "'; drop table raw.events; --"),
    *("0001-01-01", "9999-12-31T23:59:59-23:59", "2021-02-30", "24:00", "true", "0x10", "1_000", "\u0661\u0662"),
]
MONEY = [
    "1299.00",
    "1,299.00",
    "1.299,00",
    "1 299,00",
    "$5",
    "5 \u20ac",
    "+3",
    "-3",
    "1.299",
    "(5.00)",
    "5,",
    ".5",
    "1e3",
]
BASKETS = ["[]", "{}", '[{"product_id": "p", "price": "2.50"}]', '{"p": {"price": 3}}', "[[[]]]", '[{"price": ']

SCALARS = st.sampled_from([None, True, False, *NUMBERS, *TEXTS])
JSON = st.recursive(
    SCALARS | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5) | st.just("id"), inner, max_size=3),
    max_leaves=5,
)


def drawn(*weighted: tuple[int, st.SearchStrategy[Any]]) -> st.SearchStrategy[Any]:
    """One of the strategies, each as often as its weight says."""
    choices = [strategy for weight, strategy in weighted for _ in range(weight)]
    return st.sampled_from(range(len(choices))).flatmap(choices.__getitem__)


def mostly(usual: st.SearchStrategy[Any], unusual: st.SearchStrategy[Any] = JSON) -> st.SearchStrategy[Any]:
    """Five of six times the usual: what a property holds."""
    return drawn((5, usual), (1, unusual))


def nearly_always(usual: st.SearchStrategy[Any], unusual: st.SearchStrategy[Any] = JSON) -> st.SearchStrategy[Any]:
    """All but one of 25 times the usual: what costs the event where it is wrong."""
    return drawn((24, usual), (1, unusual))


AMOUNTS = mostly(
    st.integers(-500, 9_999).map(lambda cents: cents / 100),
    st.one_of(st.sampled_from(NUMBERS), st.sampled_from(MONEY), JSON),
)
QUANTITIES = mostly(
    st.integers(-2, 5), st.one_of(st.sampled_from(NUMBERS), st.sampled_from(["2", "0", "-1", "1.5"]), JSON)
)
CURRENCIES = mostly(
    st.sampled_from(["USD", "usd", "EUR", "JPY", " USD "]), st.sampled_from(["", "XXX", "dollars"]) | JSON
)
USER_IDS = nearly_always(
    st.sampled_from(USERS), st.sampled_from([" villain-1 ", "VILLAIN-1", "villain\u200b-1"]) | JSON
)
DEVICE_IDS = nearly_always(st.sampled_from(DEVICES))
ORDER_IDS = nearly_always(st.sampled_from(ORDERS), st.integers(0, 5) | JSON)
SHOPS = mostly(st.sampled_from([None, "north", "south"]))
PRODUCT = st.fixed_dictionaries(
    {},
    optional={
        "product_id": mostly(st.sampled_from(["p1", "p2", "p3"])),
        "department": mostly(st.sampled_from(["Food", "Drinks", "Toys", None])),
        "brand": mostly(st.sampled_from(["Own", "National"])),
        "quantity": QUANTITIES,
        **dict.fromkeys(("price", "total", "discount", "coupon_discount", "revenue"), AMOUNTS),
        "coupon": JSON,
    },
)
PRODUCTS = mostly(
    st.lists(mostly(PRODUCT), max_size=4),
    st.one_of(st.sampled_from(BASKETS), st.dictionaries(st.text(max_size=3), PRODUCT, max_size=2), JSON),
)
BASKET = {
    "products": PRODUCTS,
    "currency": CURRENCIES,
    "shop": SHOPS,
    "store_id": SHOPS,
    "status": mostly(st.sampled_from(["paid", "cancelled", "refunded"])),
    "test": st.sampled_from([True, False, "true", 1, None, {}]),
    **dict.fromkeys(
        ("total", "revenue", "value", "subtotal", "discount", "coupon_discount", "shipping", "tax"), AMOUNTS
    ),
}
ORDER_NAMES = [
    *(["Order Completed"] * 6 + ["Order Refunded"] * 3 + ["Order Updated"] * 2 + ["Order Cancelled"] * 2),
    *("Completed Order", "order_completed", "Order completed", "Order Shipped"),
]
OTHER_NAMES = [
    *("Email Delivered", "Email Opened", "Email Link Clicked", "Email Bounced", "Email Marked as Spam", "Unsubscribed"),
    *("Push Notification Received", "Coupon Applied", "Coupon Entered", "Product Viewed", "Checkout Started", "x"),
]
DAY_TIMES = st.integers(0, DAYS * 24 * 60).map(lambda minute: (FIRST_DAY + timedelta(minutes=minute)).isoformat())
TIMES = drawn(
    (40, DAY_TIMES),
    (
        4,
        st.sampled_from(
            ["1970-01-01T00:00:00Z", "1990-05-05T05:05:05Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z"]
        ),
    ),
    (4, st.sampled_from([0, 1e14, 1614556800, 1614556800000, "Mon, 01 Mar 2021 10:00:00 GMT", "2021-03-01", "", None])),
    (1, JSON),
)
CONSENT = st.dictionaries(
    st.sampled_from(["email", "Email ", "profiling", "training", "sms", "odd"]), mostly(st.booleans())
)
CONTEXT = st.fixed_dictionaries(
    {},
    optional={
        "consent": nearly_always(st.fixed_dictionaries({"categoryPreferences": nearly_always(CONSENT)})),
        "traits": nearly_always(st.dictionaries(st.sampled_from(["email", "plan", "$%"]), JSON, max_size=2)),
        "userAgent": mostly(st.sampled_from(["Mozilla/5.0", "Googlebot/2.1"])),
    },
)
ENVELOPE = {
    "context": nearly_always(CONTEXT),
    "sentAt": mostly(DAY_TIMES, TIMES),
    "receivedAt": mostly(DAY_TIMES, TIMES),
    "originalTimestamp": mostly(DAY_TIMES, TIMES),
}
WHO = st.one_of(
    st.fixed_dictionaries({"userId": USER_IDS}),
    st.fixed_dictionaries({"anonymousId": DEVICE_IDS}),
    st.fixed_dictionaries({"userId": USER_IDS, "anonymousId": DEVICE_IDS}),
)
TRAITS = st.fixed_dictionaries(
    {},
    optional={
        "email": mostly(st.sampled_from(["v@example.com", "w@example.com", "V@Example.com "])),
        "phone": mostly(st.sampled_from(["+15550100", "0"])),
        "household_id": mostly(st.sampled_from(["h1", "h2"])),
        "plan": JSON,
    },
)


def _event(kind: str, content: dict[str, st.SearchStrategy[Any]]) -> st.SearchStrategy[Message]:
    parts = st.fixed_dictionaries({"type": st.just(kind), "timestamp": TIMES, **content}, optional=ENVELOPE)
    return st.builds(lambda who, message: {**who, **message}, WHO, parts)


ORDER_EVENTS = _event(
    "track",
    {
        "event": st.sampled_from(ORDER_NAMES),
        "properties": nearly_always(st.fixed_dictionaries({"order_id": ORDER_IDS}, optional=BASKET)),
    },
)
OTHER_EVENTS = _event(
    "track",
    {
        "event": nearly_always(st.sampled_from(OTHER_NAMES)),
        "properties": nearly_always(
            st.fixed_dictionaries(
                {},
                optional={
                    "campaign_id": mostly(st.sampled_from(["c1", "c2", 3])),
                    "coupon_id": mostly(st.sampled_from(["ten", "five"])),
                    "channel": mostly(st.sampled_from(["email", "Email", "sms"])),
                    "ends_on": TIMES,
                    "machine_open": JSON,
                    **dict.fromkeys(("discount", "price", "quantity"), AMOUNTS),
                },
            )
        ),
    },
)
IDENTIFIES = _event("identify", {"traits": nearly_always(TRAITS)})
ANYBODY = nearly_always(st.sampled_from([*USERS, *DEVICES]))
ALIASES = _event("alias", {}).flatmap(
    lambda message: st.builds(lambda old, new: {**message, "previousId": old, "userId": new}, ANYBODY, ANYBODY)
)
VISITS = st.sampled_from(["page", "screen", "group"]).flatmap(
    lambda kind: _event(kind, {"name": JSON, "properties": nearly_always(st.just({})), "groupId": JSON})
)
MESSAGES = drawn((8, ORDER_EVENTS), (3, OTHER_EVENTS), (2, IDENTIFIES), (2, ALIASES), (1, VISITS))


def hostile_events(number: int, fixed_seed: int) -> list[Message]:
    """So many events, all different, the same for the same seed; one of 30 has the message id of the one before."""
    found: dict[str, Message] = {}
    for run in count(1_000 * fixed_seed):
        for message, is_retry in _draw(min(number, 50), run):
            content = json.dumps(message, sort_keys=True)
            position = len(found) - 1 if found and is_retry else len(found)
            found.setdefault(content, {**message, "messageId": f"hostile-{fixed_seed}-{position}"})
        if len(found) >= number:
            return list(found.values())[:number]
    raise AssertionError("never reached: the runs have no end")


def _draw(number: int, run: int) -> list[tuple[Message, bool]]:
    drawn_messages: list[tuple[Message, bool]] = []

    @seed(run)
    @settings(
        max_examples=number,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(message=MESSAGES, is_retry=st.sampled_from(range(30)).map(lambda draw: draw == 0))
    def collect(message: Message, is_retry: bool) -> None:
        drawn_messages.append((message, is_retry))

    collect()
    return drawn_messages
