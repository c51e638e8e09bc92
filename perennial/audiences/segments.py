"""Publish the segments of a stage that the data supports, as `predictions.uplift` holds them: all of them, or none."""

from datetime import date

from perennial.audiences.publication import Effect, publish_segment
from perennial.audiences.runs import Run
from perennial.database import Role, connect
from perennial.stages import Segment, parse_stage
from perennial.tables import PREDICTIONS_UPLIFT


def publish_segments(stage: str, as_of: date) -> list[Run]:
    """The supported segments of `stage`, published as audiences of `as_of`; an empty list where none is supported.

    A segment that was published for an earlier day keeps its last audience, which goes stale like any other.
    Raises UnknownStageError and PublishRefusedError.
    """
    wanted = parse_stage(stage)
    runs = []
    for segment in Segment:
        effects, version = _read_effects(wanted.value, segment, as_of)
        if effects:
            runs.append(publish_segment(wanted, segment, as_of, effects, version))
    return runs


def _read_effects(stage: str, segment: Segment, as_of: date) -> tuple[dict[str, Effect], str]:
    statement = (
        f"select customer_id, uplift, low, high, version from {PREDICTIONS_UPLIFT} "
        "where stage = %s and segment = %s and as_of = %s order by customer_id"
    )
    with connect(Role.READER) as connection:
        rows = connection.execute(statement, [stage, segment.value, as_of]).fetchall()
    effects = {customer_id: Effect(uplift, low, high) for customer_id, uplift, low, high, _ in rows}
    return effects, str(rows[0][-1]) if rows else ""
