"""Options that every command on a brand's own table has: which column means what, and how its cells are read."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import typer

if TYPE_CHECKING:
    from perennial.ingestion import TableOptions

_COLUMNS, _READING = "Columns (guessed where not given)", "How the table is read"


def column_option(meaning: str, metavar: str = "COLUMN") -> str:
    """The option that names a column, with its help."""
    option: str = typer.Option(metavar=metavar, help=meaning, rich_help_panel=_COLUMNS)
    return option


TableArgument = Annotated[
    str, typer.Argument(metavar="FILE", help="CSV (any delimiter, plain or .gz) or Parquet; - for standard input.")
]
DryRunOption = Annotated[bool, typer.Option("--dry-run", help="Show how the table is understood, and write nothing.")]
CustomerOption = Annotated[str | None, column_option("The customer's id.")]
TimeOption = Annotated[str | None, column_option("When it happened.")]
EmailOption = Annotated[str | None, column_option("Their address.")]
PhoneOption = Annotated[str | None, column_option("Their number.")]
ColumnOption = Annotated[
    list[str] | None,
    typer.Option(
        metavar="MEANING=COLUMN",
        help="A column of any other meaning (docs/your-data.md); MEANING= reads none for it. Repeat for several.",
        rich_help_panel=_COLUMNS,
    ),
]
DelimiterOption = Annotated[
    str | None, typer.Option(help="What stands between values, such as ; or tab.", rich_help_panel=_READING)
]
EncodingOption = Annotated[str | None, typer.Option(help="Such as latin-1 or utf-16.", rich_help_panel=_READING)]
DecimalMarkOption = Annotated[
    Literal[".", ","] | None,
    typer.Option(help="What stands before decimals, where the amounts do not say.", rich_help_panel=_READING),
]
DateOrderOption = Annotated[
    Literal["dmy", "mdy"] | None,
    typer.Option(help="Whether 03/04/2026 is in April or in March.", rich_help_panel=_READING),
]
TimeZoneOption = Annotated[
    str, typer.Option(help="Of times that name none, such as Europe/Berlin.", rich_help_panel=_READING)
]
AsOfOption = Annotated[
    str | None,
    typer.Option(
        metavar="TIME",
        help="When the table was exported (ISO 8601). Else the newest time in it.",
        rich_help_panel=_READING,
    ),
]


def table_options(
    *,
    delimiter: str | None,
    encoding: str | None,
    date_order: str | None,
    time_zone: str,
    as_of: str | None,
    decimal_mark: str | None = None,
    total_per: str | None = None,
    allows_guests: bool = False,
    currency: str | None = None,
) -> "TableOptions":
    """What was typed, as `perennial.ingestion` takes it. Raises ValueError for a zone or time that is none."""
    from perennial.ingestion import DateOrder, DecimalMark, TableOptions, TotalPer

    return TableOptions(
        delimiter,
        encoding,
        DecimalMark(decimal_mark) if decimal_mark else None,
        DateOrder(date_order) if date_order else None,
        TotalPer(total_per) if total_per else None,
        _zone(time_zone),
        _moment(as_of),
        allows_guests,
        currency if is_currency_code(currency) else None,
    )


def given_columns(others: Sequence[str] | None, **named: str | None) -> dict[str, str]:
    """The column that was typed for each meaning; "" where none is to be read. Raises ValueError for no such pair."""
    columns = {meaning: column for meaning, column in named.items() if column is not None}
    for other in others or ():
        meaning, is_given, column = other.partition("=")
        if not is_given:
            raise ValueError(f"--column {other}: give it as MEANING=COLUMN, such as 'discount=Discount Amount'")
        columns[meaning.strip().lower().replace("-", "_")] = column.strip()
    return columns


def is_currency_code(text: str | None) -> bool:
    """Whether a text is a currency, such as EUR, rather than a column."""
    return text is not None and re.fullmatch(r"[A-Z]{3}", text) is not None


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name} is no time zone: Europe/Berlin and America/New_York are") from error


def _moment(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"--as-of {text}: give a day or a time, such as 2026-09-30 or 2026-09-30T18:00:00Z") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
