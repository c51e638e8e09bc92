"""Realised outcomes: what was predicted for each customer on a day, what happened, and who was messaged meanwhile."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd
import psycopg
from psycopg import sql

from perennial.as_of import snapshot_at
from perennial.consent import PROFILING
from perennial.customer_sample import in_sample_sql
from perennial.holdout import MEMBERS_SQL
from perennial.monitoring.scored_days import OUT_OF_SAMPLE_SQL, ScoredDays
from perennial.stages import PredictionKind
from perennial.statistics import EXPOSURE_FEATURES, message_propensity
from perennial.tables import MARTS_CUSTOMER_FEATURES, MARTS_MESSAGES, PREDICTIONS_SCORES, marts_label

MAX_CUSTOMERS = 100_000
_KNOWN = ("customer_id", "stage", "model_version", "predicted", "realised", "was_messaged", "is_held")


def read_outcomes(connection: psycopg.Connection[Any], days: ScoredDays, day: date) -> pd.DataFrame:
    """One row per customer scored on `day` whose outcome is known, in order of customer.

    Columns: customer_id, stage, model_version; predicted and realised (a probability and 0 or 1, or amounts);
    was_messaged and is_held (boolean: a message within the horizon, a member of the control group without one);
    scored_on; propensity (of a message within the horizon, 0 to below 1) and propensity_without_past_messages (the same
    without what was sent before). Only customers whose consent to profiling stands. Above `MAX_CUSTOMERS` a fixed
    sample of them, the same on every day.
    """
    features = _available_features(connection)
    values = {
        "model": days.model,
        "day": day,
        "moment": snapshot_at(day),
        "closes_at": snapshot_at(day + timedelta(days=days.horizon_days)),
        "horizon_days": days.horizon_days,
        "purpose": PROFILING,
        "share": _sample_share(connection, days, day),
    }
    # Planned again for each day: a plan for any day whatever probes tables row by row, and takes thirty times as long.
    rows = connection.execute(_query(days, features), values, prepare=False).fetchall()
    frame = pd.DataFrame(rows, columns=[*_KNOWN, *features])
    numbers = ["predicted", "realised", *features]
    frame = frame.astype(dict.fromkeys(numbers, np.float64)).astype({"was_messaged": bool, "is_held": bool})
    frame["scored_on"] = day
    frame["propensity"] = message_propensity(days.kind, frame, features)
    plain = [name for name in features if "message" not in name]
    frame["propensity_without_past_messages"] = message_propensity(days.kind, frame, plain)
    return frame[[*_KNOWN, "scored_on", "propensity", "propensity_without_past_messages"]]


def _available_features(connection: psycopg.Connection[Any]) -> list[str]:
    found = connection.execute(
        "select attname from pg_attribute where attrelid = to_regclass(%s) and attnum > 0 and not attisdropped",
        [MARTS_CUSTOMER_FEATURES],
    )
    available = {name for (name,) in found}
    return [name for name in EXPOSURE_FEATURES if name in available]


def _sample_share(connection: psycopg.Connection[Any], days: ScoredDays, day: date) -> float:
    statement = f"select count(*) from {PREDICTIONS_SCORES} where model = %s and as_of = %s"
    (count,) = connection.execute(statement, [days.model, day]).fetchone() or (0,)
    return min(1.0, MAX_CUSTOMERS / max(int(count), 1))


def _query(days: ScoredDays, features: list[str]) -> sql.Composed:
    label = "labelled.label::int" if days.kind is PredictionKind.PROBABILITY else "labelled.label"
    return sql.SQL(_OUTCOMES_SQL).format(
        label=sql.SQL(label),
        labels=sql.SQL(marts_label(days.model)),
        features=sql.SQL("").join(sql.SQL(", features.{}").format(sql.Identifier(name)) for name in features),
    )


# A message counts from the moment of scoring to the end of the horizon, by the events that count as received in the
# features; a member of the control group to whom something was sent all the same is no longer one here.
_OUTCOMES_SQL = f"""
    with messaged as (
        select distinct customer_id
        from {MARTS_MESSAGES}
        where action in ('sent', 'delivered') and occurred_at >= %(moment)s and occurred_at < %(closes_at)s
    ),

    held as ({MEMBERS_SQL})

    select
        scores.customer_id,
        scores.stage,
        scores.model_version,
        coalesce(scores.probability, scores.value) as predicted,
        {{label}} as realised,
        messaged.customer_id is not null as was_messaged,
        held.customer_id is not null and messaged.customer_id is null as is_held
        {{features}}
    from {PREDICTIONS_SCORES} as scores
    inner join {{labels}} as labelled
        on scores.customer_id = labelled.customer_id and labelled.snapshot_on = %(day)s
    inner join consent.granted(%(purpose)s, %(moment)s) as consented on scores.customer_id = consented.customer_id
    left join messaged on scores.customer_id = messaged.customer_id
    left join held on scores.customer_id = held.customer_id
    left join {MARTS_CUSTOMER_FEATURES} as features
        on scores.customer_id = features.customer_id and features.snapshot_at = %(moment)s
    where
        scores.model = %(model)s
        and scores.as_of = %(day)s
        and labelled.horizon_days = %(horizon_days)s
        and {in_sample_sql("scores.customer_id", "%(share)s::double precision")}
        and coalesce(scores.probability, scores.value) is not null
        and {OUT_OF_SAMPLE_SQL}
    order by scores.customer_id
"""
