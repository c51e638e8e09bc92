"""perennial ingest customers | consents: who they are, and what they agreed to, from a brand's own tables."""

from collections.abc import Sequence
from typing import Annotated

import typer

from perennial.console.cli.attestation import AttestOption, EvidenceOption, attestation
from perennial.console.cli.output import JsonOption, error_handler, show
from perennial.console.cli.progress import progress_bar
from perennial.console.cli.table_options import (
    AsOfOption,
    ColumnOption,
    CustomerOption,
    DateOrderOption,
    DelimiterOption,
    DryRunOption,
    EmailOption,
    EncodingOption,
    PhoneOption,
    TableArgument,
    TimeOption,
    TimeZoneOption,
    column_option,
    given_columns,
    table_options,
)
from perennial.console.cli.table_views import exit_code, render_preview, render_report

ConsentOption = Annotated[
    list[str] | None,
    column_option("The column that says yes or no to a purpose. Repeat for several.", "PURPOSE=COLUMN"),
]


def customers(
    file: TableArgument,
    customer: CustomerOption = None,
    time: TimeOption = None,
    email: EmailOption = None,
    phone: PhoneOption = None,
    consent: ConsentOption = None,
    column: ColumnOption = None,
    delimiter: DelimiterOption = None,
    encoding: EncodingOption = None,
    date_order: DateOrderOption = None,
    time_zone: TimeZoneOption = "UTC",
    as_of: AsOfOption = None,
    dry_run: DryRunOption = False,
    attest_consent: AttestOption = None,
    evidence: EvidenceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load a table of customers: every column is a trait; consent only where --consent says so.

    Try it first: perennial ingest customers customers.csv --dry-run
    """
    with error_handler(as_json=as_json), progress_bar(f"Loading {file}", as_json=as_json) as update:
        from perennial.ingestion import ingest_customers, preview_customers

        columns = given_columns(column, customer=customer, time=time, email=email, phone=phone)
        options = table_options(
            delimiter=delimiter, encoding=encoding, date_order=date_order, time_zone=time_zone, as_of=as_of
        )
        purposes, attest = _purposes(consent), attestation(attest_consent, evidence)
        if dry_run:
            show(preview_customers(file, columns, options, consents=purposes), as_json=as_json, render=render_preview)
            return
        report = ingest_customers(file, columns, options, consents=purposes, attest=attest, progress=update)
        show(report, as_json=as_json, render=render_report)
        raise typer.Exit(exit_code(report))


def consents(
    file: TableArgument,
    customer: CustomerOption = None,
    time: TimeOption = None,
    purpose: Annotated[str | None, column_option("What the consent is for.")] = None,
    granted: Annotated[str | None, column_option("Whether it is granted.")] = None,
    consent: ConsentOption = None,
    column: ColumnOption = None,
    delimiter: DelimiterOption = None,
    encoding: EncodingOption = None,
    date_order: DateOrderOption = None,
    time_zone: TimeZoneOption = "UTC",
    as_of: AsOfOption = None,
    dry_run: DryRunOption = False,
    attest_consent: AttestOption = None,
    evidence: EvidenceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load a table of consents: a row per customer and purpose, or a column for each purpose (--consent).

    Try it first: perennial ingest consents consents.csv --dry-run
    """
    with error_handler(as_json=as_json), progress_bar(f"Loading {file}", as_json=as_json) as update:
        from perennial.ingestion import ingest_consents, preview_consents

        columns = given_columns(column, customer=customer, time=time, purpose=purpose, granted=granted)
        options = table_options(
            delimiter=delimiter, encoding=encoding, date_order=date_order, time_zone=time_zone, as_of=as_of
        )
        purposes, attest = _purposes(consent), attestation(attest_consent, evidence)
        if dry_run:
            show(preview_consents(file, columns, options, consents=purposes), as_json=as_json, render=render_preview)
            return
        report = ingest_consents(file, columns, options, consents=purposes, attest=attest, progress=update)
        show(report, as_json=as_json, render=render_report)
        raise typer.Exit(exit_code(report))


def _purposes(typed: Sequence[str] | None) -> dict[str, str]:
    purposes = {}
    for pair in typed or ():
        purpose, _, column = pair.partition("=")
        if not purpose.strip() or not column.strip():
            raise ValueError(f"--consent {pair}: give it as PURPOSE=COLUMN, such as 'email=Newsletter'")
        purposes[purpose.strip()] = column.strip()
    return purposes
