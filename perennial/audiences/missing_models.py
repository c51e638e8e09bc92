"""Why no model scores a stage that has one: what its last training, or the promotion gate, said."""

from datetime import date
from typing import Any

import psycopg

from perennial.tables import PREDICTIONS_EVALUATIONS, PREDICTIONS_PROMOTIONS


def why_no_model(connection: psycopg.Connection[Any], model: str, as_of: date) -> str | None:
    """Why no version of `model` was in use at the end of `as_of`, in a sentence; None where one is, or was by then."""
    if connection.execute(_IN_USE_SQL, [model]).fetchone() is not None:
        return None
    newest = connection.execute(_NEWEST_SQL, [model, as_of]).fetchone()
    if newest is None:
        return f"{model} has not been trained up to {as_of}."
    version, day, outcome, message, refusal = newest
    if outcome == "no_model":
        return f"{model} could not be trained as of {day}: {message.rstrip('.')}."
    return f"{model} version {version} was not promoted: {(refusal or message).rstrip('.')}."


# Days before the first champion are scored by it as well.
_IN_USE_SQL = f"select from {PREDICTIONS_PROMOTIONS} where model = %s and action <> 'kept' limit 1"

_NEWEST_SQL = f"""
    select
        evaluations.model_version,
        evaluations.as_of,
        evaluations.outcome,
        evaluations.message,
        decisions.evidence ->> 'reason'
    from {PREDICTIONS_EVALUATIONS} as evaluations
    left join {PREDICTIONS_PROMOTIONS} as decisions
        on evaluations.model = decisions.model and evaluations.model_version = decisions.model_version
    where evaluations.model = %s and evaluations.as_of <= %s
    order by evaluations.as_of desc, evaluations.evaluated_at desc, decisions.promotion_id desc
    limit 1
"""
