"""The names of lifecycle stages and of their segments, and the two kinds of predictions.

What a stage *is* stands once, in dbt (`int_stages_assigned`); here are only the names that packages share.
"""

from enum import StrEnum


class Stage(StrEnum):
    """Exhaustive and mutually exclusive for each customer and snapshot day."""

    PROSPECT = "prospect"
    ONBOARDING = "onboarding"
    ENGAGEMENT = "engagement"
    RETENTION = "retention"
    WINBACK = "winback"


class PredictionKind(StrEnum):
    """What a model predicts: the probability of its label, or an expected amount."""

    PROBABILITY = "probability"
    VALUE = "value"


class Segment(StrEnum):
    """The part of a stage that a message would move: towards an order, or away."""

    PERSUADABLES = "persuadables"
    DO_NOT_DISTURB = "do_not_disturb"


_FORMER_SEGMENTS = {"do_not_wake": Segment.DO_NOT_DISTURB}
"""Names accepted until 0.3.0."""


class UnknownStageError(ValueError):
    """A stage was named that does not exist."""


def parse_stage(text: str) -> Stage:
    """The stage called `text`. Raises UnknownStageError listing those there are."""
    try:
        return Stage(text.strip().lower())
    except ValueError as error:
        raise UnknownStageError(f"'{text}' is no stage; there are: {', '.join(Stage)}") from error


def audience_name(stage: Stage, segment: Segment) -> str:
    """The name of the audience that is a segment of a stage, such as `winback__persuadables`."""
    return f"{stage}__{segment}"


def parse_audience(text: str) -> str:
    """The name of an audience: a stage, or a segment of one, under its former name too.

    Raises UnknownStageError listing those there are.
    """
    stage, separator, segment = text.strip().lower().partition("__")
    name = parse_stage(stage)
    if not separator:
        return name.value
    if segment in _FORMER_SEGMENTS:
        return audience_name(name, _FORMER_SEGMENTS[segment])
    if segment not in set(Segment):
        names = ", ".join(audience_name(name, one) for one in Segment)
        raise UnknownStageError(f"'{text}' is no audience; those of a part of {name} are: {names}")
    return audience_name(name, Segment(segment))


def stage_of(audience: str) -> Stage:
    """The stage that an audience is, or is a segment of."""
    return parse_stage(audience.partition("__")[0])
