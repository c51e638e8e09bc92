"""What raw events must be before dbt may build from them."""

from datetime import date

from expectations.history import Baseline, Statistics, read_statistics
from expectations.suites import Measures, critical, days, read_query, share, warning
from perennial.moments import snapshot_at

REDELIVER = "Look for a cut or missing file, ingest the rest (nothing is loaded twice) and run again."
SENDER = "Look at what the sender writes into this field, mend it there and ingest again."


def moment_literal(as_of: date) -> str:
    """The moment of a day as PostgreSQL reads it."""
    return f"timestamptz '{snapshot_at(as_of):%Y-%m-%d %H:%M:%S}+00'"


def raw_suite(as_of: date, baseline: Baseline | None) -> list[Measures]:
    """The measures of the suite `raw`; those held against an earlier run only where there is one."""
    moment = moment_literal(as_of)
    since_load = baseline.newest_load_id if baseline else -1
    measures = [
        _events(read_query("raw_events", moment=moment)),
        _pulse(read_query("raw_pulse", moment=moment)),
        _orders(read_query("raw_orders", moment=moment, since_load=since_load)),
        _loads(read_query("raw_loads", since_load=since_load)),
    ]
    if baseline:
        measures.append(_volumes(read_query("raw_volumes", moment=moment, baseline=baseline.gate_run_id)))
    return measures


def _events(query: str) -> Measures:
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
            warning("no event is older than 1990", "count_before_1990", "no event dated before 1990", SENDER, at_most=0),
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


def _pulse(query: str) -> Measures:
    return Measures(
        "raw-freshness",
        query,
        [
            critical(
                "events reach up to the day",
                "days_beyond_usual",
                "no longer silence before the end of the day than is usual here (1.5 times the longest, at least 2 days)",
                "The newest events are missing: ingest them, or choose the day of the newest event.",
                at_most=0,
                show=days,
            ),
            critical(
                "the newest week is not half empty",
                "share_of_usual_week",
                "at least {bound} of a usual week's events in the newest seven days",
                REDELIVER,
                at_least=0.5,
                show=share,
            ),
            warning(
                "the newest week is not thin",
                "share_of_usual_week",
                "at least {bound} of a usual week's events in the newest seven days",
                "A quiet week, or a part of it has not arrived.",
                at_least=0.75,
                show=share,
            ),
            critical(
                "the newest day is not nearly empty",
                "share_of_usual_day",
                "at least {bound} of the events usual on such a weekday in the newest 24 hours",
                REDELIVER,
                at_least=0.2,
                show=share,
            ),
            warning(
                "the newest day is not thin",
                "share_of_usual_day",
                "at least {bound} of the events usual on such a weekday in the newest 24 hours",
                "A holiday, or a part of the day has not arrived.",
                at_least=0.5,
                show=share,
            ),
            warning(
                "no flood in the newest week",
                "share_of_usual_week",
                "at most {bound} of a usual week's events in the newest seven days",
                "A great week, or a sender repeats itself under new message ids.",
                at_most=3,
                show=share,
            ),
        ],
    )


def _orders(query: str) -> Measures:
    return Measures(
        "raw-orders",
        query,
        [
            critical(
                "orders have an id", "share_with_id", "order_id on at least {bound} of orders", SENDER, at_least=0.99, show=share
            ),
            critical(
                "orders can be valued",
                "share_with_worth",
                "products or a total on at least {bound} of orders",
                SENDER,
                at_least=0.95,
                show=share,
            ),
            warning("orders have products", "share_with_products", "products on at least {bound} of orders", SENDER, at_least=0.95, show=share),
            warning("totals are not negative", "share_negative", "a negative total on at most {bound} of orders", SENDER, at_most=0.01, show=share),
        ],
    )


def _loads(query: str) -> Measures:
    return Measures(
        "raw-rejections",
        query,
        [
            warning(
                "few lines were refused",
                "share_rejected",
                "at most {bound} of the lines refused since the last good run",
                "raw.rejected_events says which and why.",
                at_most=0.01,
                show=share,
            ),
            critical(
                "most lines were accepted",
                "share_rejected_of_many",
                "at most {bound} of the lines refused since the last good run",
                "raw.rejected_events says which and why: mend the file and ingest it again.",
                at_most=0.5,
                show=share,
            ),
        ],
    )


def _volumes(query: str) -> Measures:
    return Measures(
        "raw-volumes",
        query,
        [
            critical(
                "events do not vanish",
                "share_of_last_time",
                "at least {bound} of the events that the last good run knew",
                "raw.events is append-only: restore what was deleted. If it was meant, accept it: "
                "`python -m expectations raw --as-of DAY --accept`.",
                at_least=0.98,
                show=share,
            ),
            warning(
                "no event vanishes",
                "share_of_last_time",
                "every event that the last good run knew",
                "Expected after an erasure, and only then.",
                at_least=1,
                show=share,
            ),
        ],
    )


def raw_statistics(as_of: date) -> Statistics:
    """How many events of each name were known by the end of the day, and the newest load."""
    return read_statistics(read_query("raw_statistics", moment=moment_literal(as_of)))
