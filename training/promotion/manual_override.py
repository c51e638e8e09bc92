"""Override the gate by hand: promote a version, or return to the champion before. Both are recorded as decisions."""

from perennial.as_of import default_day
from training.promotion.champions import (
    Promotion,
    champion,
    follow_promotions,
    lock_decisions,
    promotions,
    record,
)
from training.promotion.rule import Decision
from training.registry.versions import require_version


class NothingToRollBackError(RuntimeError):
    """There was no champion before this one."""


def promote(model: str, version: str) -> Promotion:
    """`version` is champion from now on, by hand; nothing changes when it is already. Raises NoSuchVersionError."""
    require_version(model, version)
    with lock_decisions(model):
        if champion(model) != version:
            _override(model, version, "promoted_by_hand", "promoted by hand")
        follow_promotions(model)
        return promotions(model)[-1]


def rollback(model: str) -> Promotion:
    """The champion before this one is champion again. Raises NothingToRollBackError when there was none.

    Rolling back twice goes back two champions, not to and fro.
    """
    with lock_decisions(model):
        past: list[str] = []
        for decision in promotions(model):
            if decision.action == "rolled_back":
                past.pop()
            elif decision.action != "kept":
                past.append(decision.version)
        if len(past) < len(("before", "now")):
            raise NothingToRollBackError(f"{model} has had no other champion, so there is nothing to roll back to.")
        _override(model, past[-2], "rolled_back", f"rolled back from version {past[-1]}")
        follow_promotions(model)
        return promotions(model)[-1]


def _override(model: str, version: str, action: str, reason: str) -> None:
    record(model, Decision(action, reason, {"reason": reason}), version, default_day().as_of)
