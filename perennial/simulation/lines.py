"""Events as lines of Segment-spec JSON (https://segment.com/docs/connections/spec/), a block at a time."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from perennial.simulation.actions import CHANNEL_NAMES
from perennial.simulation.arrays import Bools, Ints
from perennial.simulation.baskets import fill_baskets
from perennial.simulation.columns import (
    as_lines,
    chosen,
    iso_timestamp,
    number,
    side_by_side,
    where,
    without_padding,
    zero_padded,
)
from perennial.simulation.consents import PURPOSES
from perennial.simulation.events import Events, Topic
from perennial.simulation.people import People
from perennial.simulation.profiles import Profiles
from perennial.simulation.properties import Parts, about_message, paid, product_line, redeemed, viewed
from perennial.simulation.transport import Deliveries

_ID_WIDTH = 8
_NAMES = {
    Topic.ORDERED: "Order Completed",
    Topic.REDEEMED: "Coupon Applied",
    Topic.VIEWED: "Product Viewed",
    Topic.UNSUBSCRIBED: "Unsubscribed",
    Topic.CONSENTED: "Segment Consent Preference Updated",
}
_ACTIONS = {Topic.DELIVERED: "Delivered", Topic.OPENED: "Opened", Topic.CLICKED: "Link Clicked"}
_PREFERENCES = tuple(
    ",".join(f'"{purpose}":{"true" if bits >> position & 1 else "false"}' for position, purpose in enumerate(PURPOSES))
    for bits in range(1 << len(PURPOSES))
)
_BODIES: dict[Topic, Callable[[Events], Parts]] = {
    Topic.DELIVERED: about_message,
    Topic.OPENED: about_message,
    Topic.CLICKED: about_message,
    Topic.UNSUBSCRIBED: about_message,
    Topic.VIEWED: viewed,
    Topic.REDEEMED: redeemed,
}


@dataclass(frozen=True)
class Writer:
    """Writes a market's events as lines of JSON. `never`: (customers,) whom the market's own brand never messages."""

    people: People
    profiles: Profiles
    never: Bools
    time_zones: tuple[str, ...]
    seed: int

    def text(self, deliveries: Deliveries) -> bytes:
        """A line for each delivery, in their order; the same bytes whatever the blocks they are divided into."""
        lines = np.empty(len(deliveries), dtype=object)
        for topic in Topic:
            rows = np.flatnonzero(deliveries.events.topic == topic)
            if len(rows):
                self._write(topic, rows, deliveries.take(rows), lines)
        return without_padding(lines.tolist())

    def _write(self, topic: Topic, rows: Ints, those: Deliveries, lines: np.ndarray) -> None:
        head, context = self._head(topic, those), self._context(topic, those.events)
        if topic is not Topic.ORDERED:
            parts = [*head, *context, *self._body(topic, those.events), b"}\n"]
            lines[rows] = as_lines(side_by_side(len(rows), parts))
            return
        baskets = fill_baskets(those.events, self.people, self.seed)
        # Orders with equally many products have lines of one shape.
        start = side_by_side(len(rows), [*head, *context, *paid(those.events)])
        for count in np.unique(baskets.count).tolist():
            same = np.flatnonzero(baskets.count == count)
            products = [part for line in range(count) for part in product_line(baskets, same, line)]
            lines[rows[same]] = as_lines(side_by_side(len(same), [start[same], *products, b"]}}\n"]))

    def _head(self, topic: Topic, those: Deliveries) -> Parts:
        events = those.events
        call = b'{"type":"identify"' if topic is Topic.IDENTIFIED else b'{"type":"track"'
        parts: Parts = [call, *_event_name(topic, events), f',"messageId":"e{self.seed}-'.encode()]
        parts += [zero_padded(events.day, 4), b"-", zero_padded(events.row, _ID_WIDTH), b'",']
        return [*parts, *self._subject(events), *self._times(those)]

    def _subject(self, events: Events) -> Parts:
        is_bot = events.customer >= len(self.people)
        digits = zero_padded(np.where(is_bot, events.customer - len(self.people), events.customer), _ID_WIDTH)
        if not is_bot.any():
            return [b'"userId":"c', digits, b'",']
        return [chosen(is_bot.astype(np.int8), ('"userId":"c', '"anonymousId":"b')), digits, b'",']

    def _times(self, those: Deliveries) -> Parts:
        events = those.events
        skew = self.profiles.skew[np.minimum(events.customer, len(self.people) - 1)]
        is_off = (skew != 0) & (events.customer < len(self.people)) & _is_of_device(events)
        happened, received = iso_timestamp(events.at), iso_timestamp(those.received)
        if not is_off.any():
            return [b'"timestamp":"', happened, b'","receivedAt":"', received, b'",']
        rows = np.flatnonzero(is_off)
        device = side_by_side(
            len(rows),
            [b'"originalTimestamp":"', iso_timestamp(events.at[rows] + skew[rows]),
             b'","sentAt":"', iso_timestamp(those.received[rows] + skew[rows]), b'",'],
        )  # fmt: skip
        on_device = np.zeros((len(events), device.shape[1]), dtype=np.uint8)
        on_device[rows] = device
        server = where(~is_off, side_by_side(len(events), [b'"timestamp":"', happened, b'",']))
        return [server, on_device, b'"receivedAt":"', received, b'",']

    def _context(self, topic: Topic, events: Events) -> Parts:
        zones = self.people.zone[np.minimum(events.customer, len(self.people) - 1)]
        parts: Parts = [b'"context":{"timezone":"', chosen(zones, self.time_zones), b'"']
        if topic in {Topic.IDENTIFIED, Topic.UNSUBSCRIBED, Topic.CONSENTED}:
            parts += [b',"consent":{"categoryPreferences":{', chosen(events.consent, _PREFERENCES), b"}}"]
        return [*parts, b"}"]

    def _body(self, topic: Topic, events: Events) -> Parts:
        if topic is Topic.IDENTIFIED:
            return self._traits(events)
        return _BODIES[topic](events) if topic in _BODIES else []

    def _traits(self, events: Events) -> Parts:
        who, profiles = events.customer, self.profiles
        count = len(events)
        email = side_by_side(count, [b',"email":"c', zero_padded(profiles.email_of[who], _ID_WIDTH), b'@example.com"'])
        age = side_by_side(count, [b',"age":', number(profiles.age[who], 3)])
        cities = [zone.rpartition("/")[2].replace("_", " ") for zone in self.time_zones]
        city = side_by_side(count, [b',"city":"', chosen(self.people.zone[who], cities), b'"'])
        group = chosen(self.never[who].astype(np.int8), ("messaged", "never"))
        optional = zip((email, age, city), (profiles.has_email, profiles.has_age, profiles.has_city), strict=True)
        shown = [where(has[who], text) for text, has in optional]
        return [b',"traits":{"messagingGroup":"', group, b'"', *shown, b"}"]


def _is_of_device(events: Events) -> Bools:
    # Orders and deliveries are reported by the brand's own servers, whose clocks are right.
    is_of_device: Bools = np.isin(events.topic, (Topic.OPENED, Topic.CLICKED, Topic.VIEWED, Topic.CONSENTED))
    return is_of_device


def _event_name(topic: Topic, events: Events) -> Parts:
    if topic is Topic.IDENTIFIED:
        return []
    if topic in _NAMES:
        return [f',"event":"{_NAMES[topic]}"'.encode()]
    names = [f',"event":"{channel} {_ACTIONS[topic]}"' for channel in CHANNEL_NAMES]
    return [chosen(events.channel, names)]
