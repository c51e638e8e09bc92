"""perennial ingest: first-party events in, and a brand's own tables."""

from typing import TYPE_CHECKING, Annotated

import typer

from perennial.console.cli.attestation import AttestOption, EvidenceOption, attestation
from perennial.console.cli.ingest_orders import orders
from perennial.console.cli.ingest_people import consents, customers
from perennial.console.cli.ingest_tables import tables
from perennial.console.cli.ingest_views import render_reports
from perennial.console.cli.output import JsonOption, error_handler, show
from perennial.console.cli.progress import progress_bar

if TYPE_CHECKING:
    from perennial.ingestion import Attestation, IngestReport

app = typer.Typer(help="Load first-party events.", no_args_is_help=True)

app.command("orders")(orders)
app.command("customers")(customers)
app.command("consents")(consents)
app.command("tables")(tables)


@app.command()
def events(
    files: Annotated[
        list[str],
        typer.Argument(metavar="FILE...", help="Segment-spec JSON Lines, plain or .gz; - for standard input."),
    ],
    strict: Annotated[bool, typer.Option(help="Load nothing of a file that has a bad line.")] = False,
    attest_consent: AttestOption = None,
    evidence: EvidenceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load files of Segment-spec events; what is refused goes to raw.rejected_events with its reason.

    Exit 1 when every event of a file was refused, 2 when a file could not be read; the others are loaded all the same.
    """
    with error_handler(as_json=as_json):
        attest = attestation(attest_consent, evidence)
        reports = [_ingest(file, strict, attest, as_json, is_only_one=len(files) == 1) for file in files]
        show(reports, as_json=as_json, render=render_reports)
        if any(report.failure for report in reports):
            raise typer.Exit(2)
        if any(report.is_refused for report in reports):
            raise typer.Exit(1)


@app.command("complete-journey")
def complete_journey(
    households: Annotated[int | None, typer.Option(min=1, help="Only so many households.")] = None,
    attest_consent: AttestOption = None,
    evidence: EvidenceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load Complete Journey, a year of real shoppers (CC0), as Segment-spec events."""
    from perennial.ingestion import ingest_complete_journey

    with error_handler(as_json=as_json), progress_bar("Loading Complete Journey", as_json=as_json) as update:
        attest = attestation(attest_consent, evidence)
        report = ingest_complete_journey(households=households, attest=attest, progress=update)
        show([report], as_json=as_json, render=render_reports)


def _ingest(
    file: str, strict: bool, attest: "Attestation | None", as_json: bool, *, is_only_one: bool
) -> "IngestReport":
    from perennial.ingestion import IngestReport, UnreadableFileError, ingest_file

    with progress_bar(f"Loading {file}", as_json=as_json) as update:
        try:
            return ingest_file(file, strict=strict, attest=attest, progress=update)
        except UnreadableFileError as error:
            if is_only_one:
                raise
            return IngestReport(file, 0, 0, 0, {}, 0.0, failure=str(error))
