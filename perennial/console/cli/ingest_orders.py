"""perennial ingest orders: a shop's or a till's own export, shown as it is understood, or loaded."""

from typing import Annotated, Literal

import typer

from perennial.console.cli.attestation import AttestOption, EvidenceOption, attestation
from perennial.console.cli.output import JsonOption, error_handler, show
from perennial.console.cli.progress import progress_bar
from perennial.console.cli.table_options import (
    AsOfOption,
    ColumnOption,
    CustomerOption,
    DateOrderOption,
    DecimalMarkOption,
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
    is_currency_code,
    table_options,
)
from perennial.console.cli.table_views import exit_code, render_preview, render_report


def orders(
    file: TableArgument,
    customer: CustomerOption = None,
    order: Annotated[str | None, column_option("The order's number; without one, each row is an order.")] = None,
    time: TimeOption = None,
    total: Annotated[str | None, column_option("What the order cost.")] = None,
    currency: Annotated[str | None, column_option("Its currency; or one for all, such as EUR.", "COLUMN|CODE")] = None,
    email: EmailOption = None,
    phone: PhoneOption = None,
    refund: Annotated[str | None, column_option("What of the order was refunded so far.")] = None,
    status: Annotated[str | None, column_option("Paid, refunded, voided, cancelled ...")] = None,
    kind: Annotated[str | None, column_option("Whether a row is a sale or a return.")] = None,
    product: Annotated[str | None, column_option("What was bought: a row of the order.")] = None,
    quantity: Annotated[str | None, column_option("How many of it.")] = None,
    price: Annotated[str | None, column_option("What one of it costs.")] = None,
    shop: Annotated[str | None, column_option("In which of several shops with numbers of their own.")] = None,
    column: ColumnOption = None,
    total_per: Annotated[
        Literal["order", "row"] | None, typer.Option(help="Whether totals on rows of one order are one, or added up.")
    ] = None,
    guests: Annotated[bool, typer.Option("--guests", help="Rows without customer are guests, not refused.")] = False,
    delimiter: DelimiterOption = None,
    encoding: EncodingOption = None,
    decimal_mark: DecimalMarkOption = None,
    date_order: DateOrderOption = None,
    time_zone: TimeZoneOption = "UTC",
    as_of: AsOfOption = None,
    dry_run: DryRunOption = False,
    attest_consent: AttestOption = None,
    evidence: EvidenceOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load a table of orders, such as a shop's or a till's own export: columns are guessed by their names and shown.

    Try it first: perennial ingest orders orders.csv --dry-run

    Rows without customer or time go to raw.rejected_events. The same file again changes nothing, another updates.
    Exit 1 when every row was refused, 2 when the file could not be read.
    """
    with error_handler(as_json=as_json), progress_bar(f"Loading {file}", as_json=as_json) as update:
        from perennial.ingestion import ingest_orders, preview_orders

        columns = given_columns(
            column, customer=customer, order=order, time=time, total=total, email=email, phone=phone, refund=refund,
            status=status, kind=kind, product=product, quantity=quantity, price=price, shop=shop,
            currency="" if is_currency_code(currency) else currency,
        )  # fmt: skip
        options = table_options(
            delimiter=delimiter, encoding=encoding, decimal_mark=decimal_mark, date_order=date_order,
            time_zone=time_zone, as_of=as_of, total_per=total_per, allows_guests=guests, currency=currency,
        )  # fmt: skip
        attest = attestation(attest_consent, evidence)
        if dry_run:
            show(preview_orders(file, columns, options), as_json=as_json, render=render_preview)
            return
        report = ingest_orders(file, columns, options, attest=attest, progress=update)
        show(report, as_json=as_json, render=render_report)
        raise typer.Exit(exit_code(report))
