"""perennial ingest tables: what lies in the warehouse already."""

from typing import Annotated

import typer
from rich.console import Group

from perennial.console.cli.attestation import AttestOption, EvidenceOption, attestation
from perennial.console.cli.output import JsonOption, error_handler, show
from perennial.console.cli.table_options import DryRunOption
from perennial.console.cli.table_views import exit_code, render_preview, render_report


def tables(
    again: Annotated[bool, typer.Option("--again", help="Read every row, not only what changed since.")] = False,
    dry_run: DryRunOption = False,
    attest_consent: AttestOption = None,
    evidence: EvidenceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load what changed in the tables of the warehouse that lifecycle.yml names (docs/your-data.md).

    Try it first: perennial ingest tables --dry-run
    """
    with error_handler(as_json=as_json):
        from perennial.ingestion import ingest_tables, preview_tables
        from perennial.lifecycle import load_lifecycle

        if not load_lifecycle().tables:
            raise ValueError(
                "lifecycle.yml names no tables: write tables: {orders: shopify.orders_for_perennial} there, with a "
                "table or view that keeps the contract of docs/your-data.md"
            )
        attest = attestation(attest_consent, evidence)
        if dry_run:
            previews = preview_tables(again=again)
            show(previews, as_json=as_json, render=lambda found: Group(*map(render_preview, found)))
            return
        reports = ingest_tables(again=again, attest=attest)
        show(reports, as_json=as_json, render=lambda found: Group(*map(render_report, found)))
        raise typer.Exit(max(map(exit_code, reports)))
