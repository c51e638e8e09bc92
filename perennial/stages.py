"""The words for where a customer stands, and which model speaks for each stage.

What a stage *is* stands once, in dbt (`int_stages_assigned`); here are only the names that every room shares.
"""

from enum import StrEnum


class Stage(StrEnum):
    """Exhaustive and mutually exclusive for each customer and snapshot day."""

    PROSPECT = "prospect"
    ONBOARDING = "onboarding"
    ENGAGEMENT = "engagement"
    RETENTION = "retention"
    WINBACK = "winback"


class Model(StrEnum):
    """One stem per prediction, unchanged in every room."""

    ACTIVATION = "activation"
    PURCHASE_INTENT = "purchase_intent"
    CHURN_RISK = "churn_risk"
    REACTIVATION = "reactivation"
    CUSTOMER_VALUE = "customer_value"


STAGE_MODELS: dict[Stage, Model] = {
    Stage.ONBOARDING: Model.ACTIVATION,
    Stage.ENGAGEMENT: Model.PURCHASE_INTENT,
    Stage.RETENTION: Model.CHURN_RISK,
    Stage.WINBACK: Model.REACTIVATION,
}
"""The model that orders each stage's audience; `prospect` has none and keeps its rule-based order."""


class UnknownStageError(ValueError):
    """A stage was named that does not exist."""


def parse_stage(text: str) -> Stage:
    """The stage called `text`. Raises UnknownStageError listing those there are."""
    try:
        return Stage(text.strip().lower())
    except ValueError as error:
        raise UnknownStageError(f"'{text}' is no stage; there are: {', '.join(Stage)}") from error
