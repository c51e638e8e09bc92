"""A simulated day as a brand observes it: timed events, those of bots and mail programs among them."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from perennial.simulation.actions import CATEGORIES, Channel, Decisions
from perennial.simulation.arrays import Bools, Floats, Ints, normals, uniforms
from perennial.simulation.clocks import at_local_time, hours_of_day
from perennial.simulation.consents import Consents
from perennial.simulation.daily_step import Environment, MessageOutcomes, Orders
from perennial.simulation.demand import draw_orders
from perennial.simulation.events import PER_DAY, Events, Topic, joined, some_events

# Hours; before the earliest, customers who join are identified.
_EARLIEST, _LATEST = 0.02, 23.99
_SECOND = 1000


@dataclass(frozen=True)
class SimulatedDay:
    """A day's decisions and what followed.

    `views`: (customers,) pages each customer looked at. `changing`: indices of those who changed a consent,
    `preferences`: what they now agree to, see `Consents.packed`.
    """

    environment: Environment
    number: int
    sent: Decisions
    outcomes: MessageOutcomes
    orders: Orders
    views: Ints
    changing: Ints
    preferences: Ints
    consents: Consents

    @property
    def hours(self) -> Ints:
        """See `hours_of_day`."""
        return hours_of_day(self.environment.settings.time_zones, self.environment.start + timedelta(days=self.number))

    def instants(self, customer: Ints, clock: Floats) -> Ints:
        """When clocks show `clock` (hours) where each customer lives: milliseconds since 1970, UTC."""
        return at_local_time(self.hours, self.environment.people.zone[customer], np.minimum(clock, _LATEST))


def events_of_day(day: SimulatedDay, random: np.random.Generator) -> Events:
    """All events of `day`, each with a unique id."""
    sent_at, seen_at = _clocks(day, random)
    parts = [
        _joining(day, random),
        *_messages(day, sent_at, seen_at, random),
        *_purchases(day, seen_at, random),
        _views(day, random),
        _bots(day, random),
        _consent_changes(day, random),
    ]
    events = joined(parts)
    count = len(events)
    return replace(events, day=np.full(count, day.number, dtype=np.int32), row=np.arange(count, dtype=np.int32))


def _clocks(day: SimulatedDay, random: np.random.Generator) -> tuple[Floats, Floats]:
    sent = day.sent.hour + uniforms(random, len(day.sent))
    delays = random.standard_exponential(len(day.sent), dtype=np.float32)
    return sent, np.minimum(sent + np.float32(1.5) * delays + np.float32(0.01), _LATEST)


def _joining(day: SimulatedDay, random: np.random.Generator) -> Events:
    who = np.flatnonzero(day.environment.people.joins_on == day.number)
    # Before anything else that they do on their first day.
    at = day.instants(who, np.float32(_EARLIEST / 2) * uniforms(random, len(who)))
    return some_events(Topic.IDENTIFIED, who, at, consent=day.consents.packed(who))


def _messages(day: SimulatedDay, sent_at: Floats, seen_at: Floats, random: np.random.Generator) -> list[Events]:
    sent, outcomes = day.sent, day.outcomes
    numbers = day.number * PER_DAY + np.arange(len(sent))
    what = {
        "number": numbers, "channel": sent.channel, "hour": sent.hour, "creative": sent.creative,
        "incentive": sent.incentive,
    }  # fmt: skip
    arrives = day.instants(sent.customer, sent_at)
    opens_itself = (
        outcomes.delivered & day.environment.people.has_machine[sent.customer] & (sent.channel == Channel.EMAIL)
    )
    seconds = random.integers(1, 60, len(sent)) * _SECOND
    opens = np.where(opens_itself, arrives + seconds, day.instants(sent.customer, seen_at))
    is_opened = (outcomes.seen & (sent.channel != Channel.DIRECT_MAIL)) | opens_itself
    clicks = np.maximum(opens, day.instants(sent.customer, seen_at)) + seconds

    def those(topic: Topic, chosen: Bools, at: Ints, **more: Ints) -> Events:
        columns = {name: column[chosen] for name, column in what.items()}
        return some_events(topic, sent.customer[chosen], at[chosen], **columns, **more)

    unsubscribed = outcomes.unsubscribed
    return [
        those(Topic.DELIVERED, outcomes.delivered, arrives),
        those(Topic.OPENED, is_opened, opens),
        those(Topic.CLICKED, outcomes.clicked, clicks),
        those(Topic.VIEWED, outcomes.clicked, clicks + _SECOND, category=sent.creative[outcomes.clicked]),
        those(Topic.UNSUBSCRIBED, unsubscribed, clicks, consent=day.consents.packed(sent.customer[unsubscribed])),
    ]


def _purchases(day: SimulatedDay, seen_at: Floats, random: np.random.Generator) -> list[Events]:
    orders = day.orders
    who, people = orders.customer, day.environment.people
    usual = (people.peak_hour[who] + np.float32(3) * normals(random, len(who))) % 24
    earliest = np.zeros(len(people), dtype=np.float32)
    moved = day.outcomes.seen
    earliest[day.sent.customer[moved]] = seen_at[moved]
    # Whoever saw a message orders after it, so that no cause comes after its effect.
    clock = np.where(usual > earliest[who], usual, earliest[who] + (24 - earliest[who]) * uniforms(random, len(who)))
    cents = {
        "cents": np.maximum(_cents(orders.revenue), 1),
        "discount": _cents(orders.discount),
        "coupon": _cents(orders.coupon_discount),
    }
    numbers = day.number * PER_DAY + np.arange(len(who))
    at = day.instants(who, np.maximum(clock, _EARLIEST))
    redeemed = np.flatnonzero(cents["coupon"])
    return [
        some_events(Topic.ORDERED, who, at, number=numbers, **cents),
        some_events(
            Topic.REDEEMED, who[redeemed], at[redeemed], number=numbers[redeemed], coupon=cents["coupon"][redeemed]
        ),
    ]


def _cents(dollars: Floats) -> Ints:
    return np.rint(dollars.astype(np.float64) * 100).astype(np.int64)


def _views(day: SimulatedDay, random: np.random.Generator) -> Events:
    who = np.repeat(np.arange(len(day.views)), day.views)
    people = day.environment.people
    clock = (people.peak_hour[who] + np.float32(3) * normals(random, len(who))) % 24
    any_category = random.integers(0, len(CATEGORIES), len(who), dtype=np.int8)
    is_favourite = uniforms(random, len(who)) < people.loyalty[who]
    at = day.instants(who, np.maximum(clock, _EARLIEST))
    return some_events(Topic.VIEWED, who, at, category=np.where(is_favourite, people.favourite[who], any_category))


def _bots(day: SimulatedDay, random: np.random.Generator) -> Events:
    customers, mess = len(day.environment.people), day.environment.settings.mess
    bots = round(customers * mess.bots)
    who = np.repeat(np.arange(bots), draw_orders(np.full(bots, mess.bot_views, dtype=np.float32), random))
    # Bots are active around the clock: any time of the day in Coordinated Universal Time.
    begins = int(np.median(day.hours[:, 0]))
    at = begins + random.integers(0, 86_400_000, len(who))
    category = random.integers(0, len(CATEGORIES), len(who), dtype=np.int8)
    return some_events(Topic.VIEWED, customers + who, at, category=category)


def _consent_changes(day: SimulatedDay, random: np.random.Generator) -> Events:
    who = day.changing
    # At night, so that the day's messages already obey it.
    at = day.instants(who, np.float32(0.5) * uniforms(random, len(who)))
    return some_events(Topic.CONSENTED, who, at, consent=day.preferences)
