"""A brand's table for a person: how it was understood, its first events, what became of it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.text import Text

from perennial.console.cli.ingest_views import render_reports
from perennial.console.terminal import table

if TYPE_CHECKING:
    from perennial.ingestion import PreviewedEvent, TablePreview, TableReading, TableReport

_MOST_NAMES = 12
_COLUMNS = ("line", "is", "customer", "time", "order", "total", "refunded", "lines", "states")
_LONGEST_ID = 20


def render_report(report: "TableReport") -> Any:
    """The columns, what was decided, and the counts of events."""
    return Group(
        *_reading(report.reading),
        Text(),
        render_reports([report.ingested]),
        *_guests(report.reading, report.ingested.reasons),
    )


def render_preview(preview: "TablePreview") -> Any:
    """The columns, what was decided, the first events as they will be understood, and how many of each there are."""
    parts = [*_reading(preview.reading), Text()]
    if preview.first:
        parts += [_events(preview.first), Text()]
    rows = [
        (name, *(counts.get(novelty, 0) for novelty in ("new", "update", "known", "earlier")))
        for name, counts in preview.counts.items()
    ]
    parts.append(
        table("What would be loaded", ("event", "new", "updated", "already there", "stated otherwise since"), rows)
    )
    notes = [f"refused: {_counted(preview.reasons)}"] if preview.reasons else []
    notes += [f"reported: {_counted(preview.issues)}"] if preview.issues else []
    notes += [
        f"{f'line {example.line}: ' if example.line else ''}{example.what}: {example.excerpt}"
        for example in preview.examples
    ]
    if _has_rows_as_orders(preview):
        notes.append(
            "Rows without an order number are known again by all that they say: a row that was changed since, or has "
            "a new column, is another sale."
        )
    return Group(*parts, *map(Text, notes), *_guests(preview.reading, preview.reasons), Text("Nothing was written."))


def exit_code(report: "TableReport") -> int:
    """1 where every row was refused, else 0."""
    return int(report.ingested.is_refused)


def _reading(reading: "TableReading") -> list[RenderableType]:
    rows = [(column.role, column.name, "guessed" if column.is_guessed else "given") for column in reading.columns]
    head = f"{reading.source}: {reading.count_rows:,} rows, {reading.form}"
    parts: list[RenderableType] = [Text(head), table("Columns", ("meaning", "column", ""), rows)]
    if reading.unread_columns:
        shown = ", ".join(reading.unread_columns[:_MOST_NAMES])
        more = len(reading.unread_columns) - _MOST_NAMES
        parts.append(Text(f"not read: {shown}" + (f" and {more} more" if more > 0 else "")))
    return parts + [Text(f"note: {note}") for note in reading.notes]


def _events(first: "tuple[PreviewedEvent, ...]") -> RenderableType:
    rows = [_event(event) for event in first]
    filled = [index for index in range(len(_COLUMNS)) if any(row[index] is not None for row in rows)]
    columns = [_COLUMNS[index] for index in filled]
    return table(f"The first {len(rows)} (times in UTC)", columns, [[row[index] for index in filled] for row in rows])


def _event(event: "PreviewedEvent") -> tuple[Any, ...]:
    message = event.message
    properties = message.get("properties", {})
    total = _amount(properties.get("total"))
    return (
        event.line,
        f"{event.novelty} {_what(message)}",
        message.get("userId") or message.get("anonymousId"),
        message["timestamp"][:16].replace("T", " "),
        _short(properties.get("order_id")),
        f"{total} {properties['currency']}" if total and "currency" in properties else total,
        _amount(properties.get("refunded_total")),
        len(properties.get("products", ())) or None,
        _stated(message) or None,
    )


def _what(message: Mapping[str, Any]) -> str:
    if "context" in message:
        return "consent"
    return str(message.get("event") or message["type"]).removeprefix("Order ").lower()


def _stated(message: Mapping[str, Any]) -> str:
    """Traits, or purposes with yes or no."""
    preferences = message.get("context", {}).get("consent", {}).get("categoryPreferences", {})
    consents = [f"{purpose}: {'yes' if value is True else 'no'}" for purpose, value in preferences.items()]
    return ", ".join(consents or (f"{name}: {value}" for name, value in message.get("traits", {}).items()))


def _amount(value: object) -> str | None:
    return f"{value} (unknown)" if isinstance(value, str) else None if value is None else str(value)


def _short(order_id: str | None) -> str | None:
    return order_id if order_id is None or len(order_id) <= _LONGEST_ID else f"{order_id[:8]}…{order_id[-3:]}"


def _has_rows_as_orders(preview: "TablePreview") -> bool:
    return any(
        str(event.message.get("properties", {}).get("order_id", "")).startswith("row-") for event in preview.first
    )


def _guests(reading: "TableReading", reasons: Mapping[str, int]) -> list[Text]:
    is_of_orders = any(column.role in {"total", "price"} for column in reading.columns)
    if "a row without customer" not in reasons or not is_of_orders:
        return []
    return [Text("With --guests, rows without customer are guests' orders: known by their address, if there is one.")]


def _counted(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} x {what}" for what, count in counts.items())
