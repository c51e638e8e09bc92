"""All that is known of a model, composed: its held-out quality, what came of its predictions, and drift."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from perennial.as_of import NoEventsError, newest_event_day
from perennial.monitoring import Realised, read_realised
from training.reporting import ModelReport, report
from training.specs import find_spec


@dataclass(frozen=True)
class ModelPage:
    """`report` is what training measured on its held-out period, `realised` what happened after scoring."""

    report: ModelReport
    realised: Realised

    def to_dict(self) -> dict[str, Any]:
        """The report's own keys, and `realised` beside them."""
        return {**self.report.to_dict(), "realised": asdict(self.realised)}


def report_model(model: str) -> ModelPage:
    """Everything up to the newest event's day. Raises UnknownModelError listing the models there are."""
    name = find_spec(model).name
    return ModelPage(report(name), read_realised(name, _today()))


def _today() -> date:
    try:
        return newest_event_day()
    except NoEventsError:
        return date.min  # nothing has happened, so nothing is known to have been realised
