"""What a day of the market looks like from outside: events with their moments, bots and mail programs among them."""

from dataclasses import dataclass, replace
from datetime import timedelta

import numpy as np

from perennial.simulation.actions import CATEGORIES, Channel, Decisions
from perennial.simulation.arrays import Bools, Floats, Ints, normals, uniforms
from perennial.simulation.clocks import at_local_time, hours_of_day
from perennial.simulation.consents import Consents
from perennial.simulation.daily_step import Answers, Orders, Place
from perennial.simulation.demand import draw_orders
from perennial.simulation.events import PER_DAY, Events, Topic, joined, some_events

# The first moments of the first day are for getting to know each other.
_EARLIEST, _LATEST = 0.02, 23.99
_SECOND = 1000


@dataclass(frozen=True)
class Day:
    """A day as it was lived; `views`: pages each customer saw; `turning`: who changed their mind, `turned`: to what."""

    place: Place
    number: int
    sent: Decisions
    answers: Answers
    orders: Orders
    views: Ints
    turning: Ints
    turned: Ints
    consents: Consents

    @property
    def hours(self) -> Ints:
        """See `hours_of_day`."""
        return hours_of_day(self.place.settings.time_zones, self.place.start + timedelta(days=self.number))

    def moments(self, customer: Ints, clock: Floats) -> Ints:
        """When clocks show `clock` where each customer lives."""
        return at_local_time(self.hours, self.place.people.zone[customer], np.minimum(clock, _LATEST))


def tell(day: Day, random: np.random.Generator) -> Events:
    """All events of `day`, each with an id that no other has."""
    sent_at, seen_at = _clocks(day, random)
    parts = [
        _joining(day, random),
        *_messages(day, sent_at, seen_at, random),
        *_purchases(day, seen_at, random),
        _views(day, random),
        _bots(day, random),
        _turns(day, random),
    ]
    events = joined(parts)
    count = len(events)
    return replace(events, day=np.full(count, day.number, dtype=np.int32), row=np.arange(count, dtype=np.int32))


def _clocks(day: Day, random: np.random.Generator) -> tuple[Floats, Floats]:
    sent = day.sent.hour + uniforms(random, len(day.sent))
    waits = random.standard_exponential(len(day.sent), dtype=np.float32)
    return sent, np.minimum(sent + np.float32(1.5) * waits + np.float32(0.01), _LATEST)


def _joining(day: Day, random: np.random.Generator) -> Events:
    who = np.flatnonzero(day.place.people.joins_on == day.number)
    # Before anything else that they do on their first day.
    at = day.moments(who, np.float32(_EARLIEST / 2) * uniforms(random, len(who)))
    return some_events(Topic.IDENTIFIED, who, at, consent=day.consents.packed(who))


def _messages(day: Day, sent_at: Floats, seen_at: Floats, random: np.random.Generator) -> list[Events]:
    sent, answers = day.sent, day.answers
    numbers = day.number * PER_DAY + np.arange(len(sent))
    what = {
        "number": numbers, "channel": sent.channel, "hour": sent.hour, "creative": sent.creative,
        "incentive": sent.incentive,
    }  # fmt: skip
    arrives = day.moments(sent.customer, sent_at)
    opens_itself = answers.delivered & day.place.people.has_machine[sent.customer] & (sent.channel == Channel.EMAIL)
    seconds = random.integers(1, 60, len(sent)) * _SECOND
    opens = np.where(opens_itself, arrives + seconds, day.moments(sent.customer, seen_at))
    is_opened = (answers.seen & (sent.channel != Channel.DIRECT_MAIL)) | opens_itself
    clicks = np.maximum(opens, day.moments(sent.customer, seen_at)) + seconds

    def those(topic: Topic, chosen: Bools, at: Ints, **more: Ints) -> Events:
        columns = {name: column[chosen] for name, column in what.items()}
        return some_events(topic, sent.customer[chosen], at[chosen], **columns, **more)

    left = answers.left
    return [
        those(Topic.DELIVERED, answers.delivered, arrives),
        those(Topic.OPENED, is_opened, opens),
        those(Topic.CLICKED, answers.clicked, clicks),
        those(Topic.VIEWED, answers.clicked, clicks + _SECOND, category=sent.creative[answers.clicked]),
        those(Topic.UNSUBSCRIBED, left, clicks, consent=day.consents.packed(sent.customer[left])),
    ]


def _purchases(day: Day, seen_at: Floats, random: np.random.Generator) -> list[Events]:
    orders = day.orders
    who, people = orders.customer, day.place.people
    usual = (people.peak_hour[who] + np.float32(3) * normals(random, len(who))) % 24
    earliest = np.zeros(len(people), dtype=np.float32)
    moved = day.answers.seen
    earliest[day.sent.customer[moved]] = seen_at[moved]
    # Whoever saw a message orders afterwards, so that no cause comes after its effect.
    clock = np.where(usual > earliest[who], usual, earliest[who] + (24 - earliest[who]) * uniforms(random, len(who)))
    cents = {
        "cents": np.maximum(_cents(orders.revenue), 1),
        "discount": _cents(orders.discount),
        "coupon": _cents(orders.coupon_discount),
    }
    numbers = day.number * PER_DAY + np.arange(len(who))
    at = day.moments(who, np.maximum(clock, _EARLIEST))
    redeemed = np.flatnonzero(cents["coupon"])
    return [
        some_events(Topic.ORDERED, who, at, number=numbers, **cents),
        some_events(
            Topic.REDEEMED, who[redeemed], at[redeemed], number=numbers[redeemed], coupon=cents["coupon"][redeemed]
        ),
    ]


def _cents(dollars: Floats) -> Ints:
    return np.rint(dollars.astype(np.float64) * 100).astype(np.int64)


def _views(day: Day, random: np.random.Generator) -> Events:
    who = np.repeat(np.arange(len(day.views)), day.views)
    people = day.place.people
    clock = (people.peak_hour[who] + np.float32(3) * normals(random, len(who))) % 24
    anything = random.integers(0, len(CATEGORIES), len(who), dtype=np.int8)
    likes = uniforms(random, len(who)) < people.loyalty[who]
    at = day.moments(who, np.maximum(clock, _EARLIEST))
    return some_events(Topic.VIEWED, who, at, category=np.where(likes, people.favourite[who], anything))


def _bots(day: Day, random: np.random.Generator) -> Events:
    customers, mess = len(day.place.people), day.place.settings.mess
    bots = round(customers * mess.bots)
    who = np.repeat(np.arange(bots), draw_orders(np.full(bots, mess.bot_views, dtype=np.float32), random))
    # Machines know no evening: any moment of the day in Coordinated Universal Time.
    begins = int(np.median(day.hours[:, 0]))
    at = begins + random.integers(0, 86_400_000, len(who))
    category = random.integers(0, len(CATEGORIES), len(who), dtype=np.int8)
    return some_events(Topic.VIEWED, customers + who, at, category=category)


def _turns(day: Day, random: np.random.Generator) -> Events:
    who = day.turning
    # At night, so that the day's messages already obey it.
    at = day.moments(who, np.float32(0.5) * uniforms(random, len(who)))
    return some_events(Topic.CONSENTED, who, at, consent=day.turned)
