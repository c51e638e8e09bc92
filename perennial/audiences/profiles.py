"""Everything the platform knows and may show of one customer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg.rows import class_row, dict_row

from perennial.audiences.member_files import to_rows
from perennial.audiences.runs import NoRunError
from perennial.consent import PROFILING, TRAINING
from perennial.database import Role, connect
from perennial.features import online_features
from perennial.lifecycle import load_lifecycle
from perennial.models import load_models
from perennial.tables import (
    AUDIENCES_MEMBERS,
    AUDIENCES_RUNS,
    MARTS_CUSTOMER_STAGES,
    MARTS_CUSTOMERS,
    PREDICTIONS_SCORES,
)


class UnknownCustomerError(LookupError):
    """No event of that customer is known."""


@dataclass(frozen=True)
class ModelScore:
    """A model's newest score of a customer: `probability`, or `value` and `expected_orders`; reasons in words.

    `status`: of an amount, whether it agreed with what was realised in the customer's stage; a withheld one is None.
    """

    as_of: date
    probability: float | None
    value: float | None
    expected_orders: float | None
    percentile: float
    band: str
    reasons: list[str]
    model_version: str
    status: str | None


@dataclass(frozen=True)
class ConsentState:
    """The newest statement that counts for a purpose; without one nothing is granted."""

    is_granted: bool
    since: datetime | None
    source: str | None


@dataclass(frozen=True)
class Membership:
    """A customer's place in the newest audience of a stage."""

    stage: str
    as_of: date
    run_id: str
    rank: int
    entered_at: datetime
    is_holdout: bool


@dataclass(frozen=True)
class Profile:
    """One customer: features by name as the online store has them, newest scores by model, consent by purpose.

    Without consent to profiling there are neither features nor scores.
    """

    customer_id: str
    as_of: date
    stage: str
    in_stage_since: date
    features: Mapping[str, Any]
    scores: Mapping[str, ModelScore]
    consent: Mapping[str, ConsentState]
    audiences: list[Membership]


def describe(customer_id: str) -> Profile:
    """What is known of a customer as of the newest snapshot. Raises UnknownCustomerError and NoRunError."""
    with connect(Role.READER) as connection:
        try:
            stage = _rows(connection, _STAGE_SQL, customer_id)
        except psycopg.errors.UndefinedTable as error:
            raise NoRunError("The marts have not been built yet. `perennial run` builds them.") from error
        if not stage:
            raise UnknownCustomerError(
                f"No event of customer '{customer_id}' is known. Ids are matched exactly, also in upper and lower case."
            )
        consent = _consent(connection, customer_id)
        is_profiled = consent[PROFILING].is_granted
        return Profile(
            customer_id=customer_id,
            as_of=stage[0]["snapshot_on"],
            stage=stage[0]["stage"],
            in_stage_since=stage[0]["entered_on"],
            features=_features(customer_id) if is_profiled else {},
            scores=_scores(connection, customer_id) if is_profiled else {},
            consent=consent,
            audiences=_memberships(connection, customer_id),
        )


def _features(customer_id: str) -> dict[str, Any]:
    any_model = next(iter(load_models()))  # all of them read the same features
    row = next(to_rows(online_features([customer_id], f"{any_model}_v1")))
    del row["customer_id"]
    return row


def _scores(connection: psycopg.Connection[Any], customer_id: str) -> dict[str, ModelScore]:
    rows = _rows(connection, _SCORES_SQL, customer_id, models=list(load_models()))
    return {row.pop("model"): ModelScore(**row) for row in rows}


def _consent(connection: psycopg.Connection[Any], customer_id: str) -> dict[str, ConsentState]:
    purposes = [PROFILING, TRAINING, *load_lifecycle().channels]
    rows = _rows(connection, _CONSENT_SQL, customer_id, purposes=purposes)
    recorded = {row.pop("purpose"): ConsentState(**row) for row in rows}
    unrecorded = ConsentState(is_granted=False, since=None, source=None)
    return {purpose: recorded.get(purpose, unrecorded) for purpose in purposes}


def _memberships(connection: psycopg.Connection[Any], customer_id: str) -> list[Membership]:
    with connection.cursor(row_factory=class_row(Membership)) as cursor:
        return cursor.execute(_AUDIENCES_SQL, {"customer_id": customer_id}).fetchall()


def _rows(
    connection: psycopg.Connection[Any], statement: str, customer_id: str, **parameters: Any
) -> list[dict[str, Any]]:
    with connection.cursor(row_factory=dict_row) as cursor:
        return cursor.execute(statement, {"customer_id": customer_id, **parameters}).fetchall()


_STAGE_SQL = f"""
    select stages.snapshot_on, stages.stage, stages.entered_on
    from {MARTS_CUSTOMERS} as customers
    inner join {MARTS_CUSTOMER_STAGES} as stages on customers.customer_id = stages.customer_id
    where customers.customer_id = %(customer_id)s
    order by stages.snapshot_on desc
    limit 1
"""

_SCORES_SQL = f"""
    select models.model, newest.*
    from unnest(%(models)s::text[]) as models (model)
    cross join lateral (
        select as_of, probability, value, expected_orders, percentile, band,
            array(select reason ->> 'text' from jsonb_array_elements(reasons) as reason) as reasons, model_version,
            status
        from {PREDICTIONS_SCORES} as scores
        where scores.model = models.model and scores.customer_id = %(customer_id)s
        order by scores.as_of desc
        limit 1
    ) as newest
"""

# What the newest statement says now; whether it stood at a past moment is for consent.granted to say.
_CONSENT_SQL = """
    select distinct on (purpose) purpose, is_granted, valid_from as since, source
    from consent.statements_about(%(customer_id)s) as statements
    where purpose = any(%(purposes)s)
    order by purpose, valid_from desc, is_granted
"""

_AUDIENCES_SQL = f"""
    with newest as (
        select distinct on (stage) run_id, stage, as_of
        from {AUDIENCES_RUNS}
        order by stage, as_of desc, published_at desc
    )

    select newest.stage, newest.as_of, newest.run_id, members.rank, members.entered_at, members.is_holdout
    from newest
    inner join {AUDIENCES_MEMBERS} as members on newest.run_id = members.run_id
    where members.customer_id = %(customer_id)s
    order by newest.stage
"""
