"""A brand's events as lines of Segment-spec JSON, written as a market's are (`perennial.simulation.lines`)."""

import numpy as np

from perennial.simulation.actions import CATEGORIES
from perennial.simulation.baskets import PRODUCTS_PER_CATEGORY
from perennial.simulation.columns import (
    as_lines,
    chosen,
    iso_timestamp,
    money,
    side_by_side,
    where,
    without_padding,
    zero_padded,
)
from perennial.simulation.consents import PURPOSES
from perennial.simulation.events import PER_DAY
from perennial.simulation.properties import Parts
from perennial.simulation.shapes.contracts import Brand
from perennial.simulation.shapes.happenings import Happenings, Kind

_ID_WIDTH, _NUMBER_WIDTH = 8, 13
_IN_TRANSIT_MS = 400
_CALLS = {
    Kind.IDENTIFIED: b'{"type":"identify"',
    Kind.VIEWED: b'{"type":"track","event":"Product Viewed"',
    Kind.ORDERED: b'{"type":"track","event":"Order Completed"',
}
_GRANTED = ",".join(f'"{purpose}":true' for purpose in PURPOSES).encode()


def customer_ids(brand: Brand) -> np.ndarray:
    """(customers,) of the ids that the events carry: user ids, and a stranger's anonymous id."""
    is_stranger = brand.customers.is_stranger
    prefix = np.where(is_stranger, "b", "c")
    return np.array([f"{letter}{number:0{_ID_WIDTH}}" for number, letter in enumerate(prefix.tolist())])


def text_of(brand: Brand, events: Happenings) -> bytes:
    """A line for each event, in their order."""
    lines = np.empty(len(events), dtype=object)
    for kind in Kind:
        rows = np.flatnonzero(events.kind == kind)
        if len(rows):
            those = events.take(rows)
            parts = [_CALLS[kind], *_envelope(brand, those), *_context(kind), *_body(kind, those), b"}\n"]
            lines[rows] = as_lines(side_by_side(len(rows), parts))
    return without_padding(lines.tolist())


def _envelope(brand: Brand, events: Happenings) -> Parts:
    parts: Parts = [f',"messageId":"e{brand.seed}-'.encode(), zero_padded(events.day, 4), b"-"]
    parts += [zero_padded(events.row, _ID_WIDTH), b'",', *_subject(brand, events)]
    received = iso_timestamp(events.at + _IN_TRANSIT_MS)
    return [*parts, b'"timestamp":"', iso_timestamp(events.at), b'","receivedAt":"', received, b'",']


def _subject(brand: Brand, events: Happenings) -> Parts:
    count, digits = len(events), zero_padded(events.customer, _ID_WIDTH)
    user = side_by_side(count, [b'"userId":"c', digits, b'",'])
    if not any(brand.shape.share_logged_out):
        return [user]
    # A device of one's own, on which one is logged in or out.
    is_stranger = brand.customers.is_stranger[events.customer].astype(np.int8)
    device: Parts = [chosen(is_stranger, ('"anonymousId":"d', '"anonymousId":"b')), digits, b'",']
    return [where(~events.is_logged_out, user), *device]


def _context(kind: Kind) -> Parts:
    consent = b'"consent":{"categoryPreferences":{' + _GRANTED + b"}}" if kind is Kind.IDENTIFIED else b""
    return [b'"context":{' + consent + b"}"]


def _body(kind: Kind, events: Happenings) -> Parts:
    category = chosen(events.category, CATEGORIES)
    product = zero_padded(events.category * PRODUCTS_PER_CATEGORY, 6)
    if kind is Kind.IDENTIFIED:
        email = zero_padded(events.customer, _ID_WIDTH)
        return [b',"traits":{"email":"c', email, b'@example.com"}']
    if kind is Kind.VIEWED:
        return [b',"properties":{"product_id":"p', product, b'","category":"', category, b'"}']
    number, total = events.day * PER_DAY + events.row, money(events.cents)
    return [
        b',"properties":{"order_id":"o', zero_padded(number, _NUMBER_WIDTH), b'","total":', total,
        b',"currency":"USD","products":[{"product_id":"p', product, b'","category":"', category,
        b'","quantity":1,"price":', total, b',"total":', total, b"}]}",
    ]  # fmt: skip
