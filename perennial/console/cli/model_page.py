"""All that is known of a model, composed: its held-out quality, and the calibration of its predictions since."""

from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from perennial.as_of import NoEventsError, default_day
from perennial.monitoring import CalibrationSummary, read_calibration_gap
from training import ModelReport, find_spec, report


@dataclass(frozen=True)
class ModelPage:
    """`report` is what training measured on its held-out period, `calibration` what was realised after scoring."""

    report: ModelReport
    calibration: CalibrationSummary

    def to_dict(self) -> dict[str, Any]:
        """The report's own keys, and `realised`, the calibration monitoring, beside them."""
        return {**self.report.to_dict(), "realised": asdict(self.calibration)}


def report_model(model: str) -> ModelPage:
    """Everything up to the default day. Raises UnknownModelError listing the models there are."""
    name = find_spec(model).name
    return ModelPage(report(name), read_calibration_gap(name, _newest_day()))


def _newest_day() -> date:
    try:
        return default_day().as_of
    except NoEventsError:
        return date.min  # nothing has happened, so no outcome has been realised
