"""/v1/customers: what is known of one customer, and why they are in an audience or out of it."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from perennial.audiences import describe, explain
from perennial.console.api.access import CanRead
from perennial.console.plain import to_plain

router = APIRouter(prefix="/v1/customers", tags=["customers"], dependencies=[CanRead])


# Ids may hold slashes, so the longer route stands first and both take the rest of the path.
@router.get("/{customer_id:path}/explanation")
def read_explanation(
    customer_id: str,
    as_of: Annotated[date | None, Query(description="Day of the snapshot; by default the newest.")] = None,
) -> dict[str, Any]:
    """Condition by condition: known, stage, consent, score, published, holdout."""
    explanation = explain(customer_id, as_of)
    content: dict[str, Any] = to_plain(explanation.to_dict())
    return {**content, "verdict": explanation.verdict}


@router.get("/{customer_id:path}")
def read_customer(customer_id: str) -> dict[str, Any]:
    """Stage, current features, newest scores with their reasons, consent by purpose, and audiences."""
    profile: dict[str, Any] = to_plain(describe(customer_id))
    return profile
