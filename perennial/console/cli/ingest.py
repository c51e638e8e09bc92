"""perennial ingest events | complete-journey: first-party events in."""

from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from perennial.console.cli.output import JsonOption, error_handler, show
from perennial.console.cli.progress import progress_bar
from perennial.console.terminal import table

if TYPE_CHECKING:
    from perennial.ingestion import Attestation, IngestReport

app = typer.Typer(help="Load first-party events.", no_args_is_help=True)

AttestOption = Annotated[
    list[str] | None,
    typer.Option(
        "--attest-consent",
        metavar="PURPOSE",
        help="Consent kept elsewhere: profiling, training or a channel. Repeat for several.",
    ),
]
EvidenceOption = Annotated[str | None, typer.Option(help="Where that consent is on record; goes into the ledger.")]


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
    """Load files of Segment-spec events; bad lines go to raw.rejected_events with their reason."""
    from perennial.ingestion import ingest_file

    with error_handler(as_json=as_json):
        attest = _attestation(attest_consent, evidence)
        reports = []
        for file in files:
            with progress_bar(f"Loading {file}", as_json=as_json) as update:
                reports.append(ingest_file(file, strict=strict, attest=attest, progress=update))
        show(reports, as_json=as_json, render=render_reports)


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
        attest = _attestation(attest_consent, evidence)
        report = ingest_complete_journey(households=households, attest=attest, progress=update)
        show([report], as_json=as_json, render=render_reports)


def _attestation(purposes: list[str] | None, evidence: str | None) -> "Attestation | None":
    from perennial.ingestion import Attestation

    if not purposes:
        return None
    if not evidence:
        raise ValueError("--attest-consent needs --evidence: where that consent is on record")
    return Attestation(purposes=tuple(purposes), evidence=evidence)


def render_reports(reports: "list[IngestReport]") -> Table:
    rows = [
        (
            report.source,
            report.count_loaded,
            report.count_duplicate,
            report.count_rejected,
            _reasons(report.reasons),
            f"{report.seconds:.1f}",
        )
        for report in reports
    ]
    return table("Ingested", ("source", "loaded", "already there", "rejected", "why", "seconds"), rows)


def _reasons(reasons: dict[str, int]) -> str:
    return ", ".join(f"{count} x {reason}" for reason, count in sorted(reasons.items(), key=lambda item: -item[1]))
