"""Checks of the marts' values: within their range, parts that add up, one stage for each customer and day."""

import re

from expectations.catalog import STAGES, Marts, identifier, literal
from expectations.marts_shape import REBUILD
from expectations.suites import Measures, critical, read_query, share, times, warning
from perennial.as_of import WEEKLY_SNAPSHOT_ISODOW

UNKNOWN = (
    "Look into marts.data_issues, which names each order and what it says, and correct the sender or lifecycle.yml."
)
NOT_NEGATIVE = re.compile(r"^(count|days_since|days_in)_|_gap_days$|^gap_ratio$")
SHARE = re.compile(r"(^|_)(share|probability)(_|$)")


def ranges(marts: Marts) -> Measures:
    """Ranges that the names of features imply: no negative counts or days, shares in 0..1, nothing infinite."""
    rules = {name: _impossible(name, marts) for name in marts.numeric_features}
    rules = {name: rule for name, rule in rules.items() if rule}
    counted = ",\n".join(f"count(*) filter (where {rule}) as {identifier(name)}" for name, rule in rules.items())
    parts = ", ".join(f"({literal(name)}, counted.{identifier(name)})" for name in rules)
    return Measures(
        "marts-ranges",
        f"select feature.part, feature.count_impossible\n"
        f"from (\nselect {counted}\nfrom marts.customer_features\n) as counted\n"
        f"cross join lateral (values {parts}) as feature (part, count_impossible)",
        [
            critical(
                "features lie in their range",
                "count_impossible",
                "no negative count or number of days, no share outside 0 to 1, nothing infinite",
                "The feature named here is computed wrongly in dbt.",
                at_most=0,
            )
        ],
    )


def _impossible(name: str, marts: Marts) -> str:
    column = identifier(name)
    rules = []
    if marts.columns["marts.customer_features"][name] in {"double precision", "real", "numeric"}:
        rules.append(f"{column} in ('NaN', 'Infinity', '-Infinity')")
    if SHARE.search(name):
        rules.append(f"{column} not between -1e-9 and 1 + 1e-9")
    elif NOT_NEGATIVE.search(name):
        rules.append(f"{column} < 0")
    return " or ".join(rules)


def revenue() -> Measures:
    meaning = "Look at the orders with the largest and smallest totals in raw.events, and at the unit they are sent in."
    return Measures(
        "marts-revenue",
        read_query("marts_revenue"),
        [
            warning("every amount is known", "count_unknown", "no order of unknown amount", UNKNOWN, at_most=0),
            warning(
                "little of the value is unknown",
                "share_of_value_unknown",
                "orders of unknown amount, worth what is usual for their customers, at most {bound} of revenue",
                UNKNOWN,
                at_most=0.01,
                show=share,
            ),
            critical(
                "most amounts are known",
                "share_unknown",
                "an unknown amount on at most {bound} of orders",
                UNKNOWN,
                at_most=0.5,
                show=share,
            ),
            critical(
                "hardly any revenue is negative",
                "share_negative",
                "at most {bound} of orders",
                meaning,
                at_most=0.05,
                show=share,
            ),
            warning(
                "no order dominates revenue",
                "share_of_largest",
                "at most {bound} of all revenue in one",
                meaning,
                at_most=0.2,
                show=share,
            ),
            warning(
                "every currency has a rate",
                "count_currencies",
                "no currency in which amounts are unknown",
                "Say in lifecycle.yml what one unit of it is worth in the brand's: exchange_rates: {EUR: 1.08}.",
                at_most=0,
            ),
        ],
    )


def peaks(marts: Marts) -> Measures:
    return Measures(
        "marts-peaks",
        read_query("marts_peaks", as_of=marts.as_of_sql),
        [
            warning(
                "no day is a peak",
                "times_usual",
                "at most {bound} the orders of a usual day, in the newest nine weeks",
                "Of those who order first on a peak, far fewer than usual come back, so that models overrate them and "
                "look worse where it lies in their test period. marts.days marks it (is_peak).",
                at_most=5,
                show=times,
            )
        ],
    )


def identities(marts: Marts) -> Measures:
    return Measures(
        "marts-identities",
        read_query("marts_identities", as_of=marts.as_of_sql),
        [
            critical(
                "parts add up to their whole",
                "count_off",
                "no row that breaks one of the identities",
                REBUILD,
                at_most=0,
            )
        ],
    )


def stages(marts: Marts) -> Measures:
    query = read_query("marts_stages", as_of=marts.as_of_sql, stages=STAGES, isodow=WEEKLY_SNAPSHOT_ISODOW)
    return Measures(
        "marts-stages",
        query,
        [
            critical(
                "every customer has exactly one stage",
                "count_without_one_stage",
                "on every snapshot day as many rows as customers known by then",
                REBUILD,
                at_most=0,
            ),
            critical(
                "every customer has features",
                "count_without_features",
                "on every snapshot day as many rows as customers known by then",
                REBUILD,
                at_most=0,
            ),
            critical("stages are the five known", "count_unknown_stages", "no other stage", REBUILD, at_most=0),
            critical(
                "snapshots are the weekly days and the day itself",
                "count_unexpected_days",
                "no other snapshot day",
                "Rows of another build were left behind. " + REBUILD,
                at_most=0,
            ),
            warning(
                "no stage holds nearly everyone",
                "share_largest",
                "at most {bound} of customers in one stage",
                "The thresholds in lifecycle.yml do not separate this brand's customers.",
                at_most=0.95,
                show=share,
            ),
        ],
    )
