"""Leakage checks: a feature knows only events before its snapshot, a label all of its horizon and nothing else."""

import re

from expectations.catalog import FEATURES, STAGES, Marts, identifier, literal, literals
from expectations.suites import Measures, critical, distance, read_query, warning
from perennial.models import load_models
from perennial.stages import PredictionKind
from perennial.tables import marts_label

LEAK = "The feature named here uses later events: its dbt model must count only those before snapshot_at."

# What a feature of this name must be, from the orders before its snapshot. `{window}` selects those of its window.
LIFETIME = {
    "count_orders": "sum(count_orders)",
    "revenue": "sum(revenue)",
    "largest_order": "max(largest_order)",
    "average_order_value": "sum(revenue) / nullif(sum(count_orders_valued), 0)::double precision",
    "days_since_last_order": "snapshot_on - max(ordered_on)",
    "days_since_first_order": "snapshot_on - min(ordered_on)",
}
WINDOWED = {
    "count_orders": "coalesce(sum(count_orders) filter (where {window}), 0)",
    "revenue": "case when count(*) filter (where {window}) = 0 then 0 else sum(revenue) filter (where {window}) end",
    "count_order_days": "count(*) filter (where {window})",
}
# Without any order before the snapshot: a count or a sum is 0, any other feature is unknown.
ZERO = re.compile(r"^(count_|revenue)")


def times(marts: Marts) -> Measures:
    snapshot_tables = ("marts.customer_stages", FEATURES, *map(marts_label, load_models()))
    tables = "\n".join(
        read_query(
            "marts_times_of_snapshots",
            table=table,
            as_of=marts.as_of_sql,
            count_unobserved=(
                f"count(*) filter (where snapshot_on + horizon_days > {marts.as_of_sql})"
                if "label_" in table
                else "null"
            ),
        )
        for table in snapshot_tables
    )
    return Measures(
        "marts-times",
        read_query("marts_times", as_of_at=marts.as_of_at_sql, snapshot_tables=tables),
        [
            critical(
                "nothing is dated after the day",
                "count_after",
                "no row after the end of the day (UTC)",
                "The marts were built as of a later day: build them as of this one.",
                at_most=0,
            ),
            critical(
                "snapshots are taken at midnight UTC",
                "count_misdated",
                "snapshot_at at the end of snapshot_on, everywhere",
                LEAK,
                at_most=0,
            ),
            critical(
                "labels were observed to their end",
                "count_unobserved",
                "no label whose horizon ends after the day",
                "A label whose horizon is still open counts customers as lost who may yet order: wait for its end.",
                at_most=0,
            ),
        ],
    )


def leakage(marts: Marts) -> Measures:
    """Features whose names define what they count, recounted from marts.orders."""
    audits = {name: sql for name in marts.numeric_features if (sql := _recounted(name))}
    counted = ",\n".join(f"({sql})::double precision as {identifier(name)}" for name, sql in audits.items())
    compared = ",\n".join(_differs(name) for name in audits)
    parts = ", ".join(f"({literal(name)}, compared.{identifier(name)})" for name in audits)
    return Measures(
        "marts-leakage",
        read_query("marts_leakage", counted=counted, compared=compared, parts=parts),
        [
            critical(
                "no feature knows the future", "count_leaking", "no row that differs from a recount", LEAK, at_most=0
            ),
            warning(
                "the recount covers customers",
                "count_audited",
                "at least {bound} row recounted",
                "Every customer has an order that was restated later, so that nothing could be recounted.",
                at_least=1,
            ),
        ],
    )


def _recounted(name: str) -> str | None:
    window = re.fullmatch(r"(\w+)_(\d+)d", name)
    if window and window[1] in WINDOWED:
        return WINDOWED[window[1]].format(window=f"snapshot_on - ordered_on < {window[2]}")
    return LIFETIME.get(name)


def _differs(name: str) -> str:
    column = identifier(name)
    is_zero = f"counted.customer_id is null then 0 else counted.{column}"
    recounted = f"case when {is_zero} end" if ZERO.match(name) else f"counted.{column}"
    difference = f"abs(features.{column} - {recounted}) > 0.01"
    one_unknown = f"(features.{column} is null) != ({recounted} is null)"
    return f"count(*) filter (where {difference} or {one_unknown}) as {column}"


def labels() -> Measures:
    blocks = "\nunion all\n".join(
        read_query(
            "marts_labels_of_model",
            table=marts_label(model),
            holds=label.recount or "true",
            stages=f"'{label.stage}'" if label.stage else STAGES,
            label_orders="labels.label_orders" if label.kind is PredictionKind.VALUE else "null::bigint",
        )
        for model, label in load_models().items()
    )
    return Measures(
        "marts-labels",
        read_query("marts_labels", labels=blocks),
        [
            critical(
                "labels agree with a recount",
                "count_wrong",
                "no label that differs from a recount of its horizon",
                "The label's dbt model does not count the orders within its horizon.",
                at_most=0,
            ),
            critical(
                "labels belong to their stage",
                "count_other_stages",
                "no row of another stage",
                "The label's dbt model takes customers of another stage than its model is for.",
                at_most=0,
            ),
        ],
    )


def single_features(marts: Marts) -> Measures:
    """How well each feature on its own predicts each outcome: one that nearly determines it may leak."""
    blocks = "\nunion all\n".join(
        f"select '{model}' as model, customer_id, snapshot_on, label as is_positive\n"
        f"from {marts_label(model)}\nwhere snapshot_on = (select max(snapshot_on) from {marts_label(model)})\n"
        f"    and mod(abs(hashtext(customer_id)::bigint), {marts.every}) < 1"
        for model, label in load_models().items()
        if label.kind is PredictionKind.PROBABILITY
    )
    return Measures(
        "marts-single-features",
        read_query("marts_single_features", labels=blocks, features=literals(marts.numeric_features)),
        [
            warning(
                "no single feature predicts the outcome",
                "auc",
                "an area under the ROC curve of at most {bound} for every single feature",
                "Either the outcome is that regular here (a subscription), or the feature leaks it.",
                at_most=0.98,
                show=distance,
            )
        ],
    )
