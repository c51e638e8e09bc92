"""Checks of every raw event and order, whenever it arrived."""

from expectations.suites import Measures, critical, share, warning

SENDER = "Look at what the sender writes into this field, correct it there and ingest again."


def events(query: str) -> Measures:
    return Measures(
        "raw-events",
        query,
        [
            critical(
                "events exist",
                "count_known",
                "at least one event before the end of the day",
                "Nothing can be computed for this day: choose a later day or ingest its events.",
                at_least=1,
            ),
            critical("every event has an id", "count_without_id", "no event without message_id", SENDER, at_most=0),
            critical(
                "every event counts once",
                "count_repeated_ids",
                "no message_id twice",
                "The primary key of raw.events is gone or broken: restore it before anything is counted twice.",
                at_most=0,
            ),
            critical(
                "every event has a customer",
                "count_without_customer",
                "no event without user_id and anonymous_id",
                SENDER,
                at_most=0,
            ),
            critical("types are the Segment spec's", "count_unknown_types", "no other type", SENDER, at_most=0),
            warning("tracked events have names", "count_nameless", "no track event without a name", SENDER, at_most=0),
            critical(
                "no event comes from the future",
                "count_in_future",
                "no event dated more than a day after it was received",
                "A sender's clock or time zone is wrong; such events would leak into the past's features.",
                at_most=0,
            ),
            warning(
                "no event is older than 1990", "count_before_1990", "no event dated before 1990", SENDER, at_most=0
            ),
            critical(
                "few events are older than 1990",
                "share_before_1990",
                "at most {bound} of events dated before 1990",
                "A default date stands where the event's own time should be. " + SENDER,
                at_most=0.01,
                show=share,
            ),
        ],
    )


def orders(query: str) -> Measures:
    return Measures(
        "raw-orders",
        query,
        [
            critical(
                "orders have an id",
                "share_with_id_of_many",
                "order_id on at least {bound} of orders",
                SENDER,
                at_least=0.99,
                show=share,
            ),
            critical(
                "orders can be valued",
                "share_with_worth_of_many",
                "products or a total on at least {bound} of orders",
                SENDER,
                at_least=0.95,
                show=share,
            ),
            warning(
                "orders have products",
                "share_with_products",
                "products on at least {bound} of orders",
                SENDER,
                at_least=0.95,
                show=share,
            ),
            warning(
                "totals are not negative",
                "share_negative",
                "a negative total on at most {bound} of orders",
                SENDER,
                at_most=0.01,
                show=share,
            ),
        ],
    )
