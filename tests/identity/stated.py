"""Events that say who somebody is, planted in any order, and the rules of identity once more, in plain Python."""

import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

START = datetime(2026, 1, 1, tzinfo=UTC)
END = START + timedelta(days=1_000)
_INSERT = """
    insert into raw.events (
        message_id, type, user_id, anonymous_id, occurred_at, received_at, properties, traits, source, load_id
    )
    values (%s, %s, %s, %s, %s, %s, %s, %s, 'test', %s)
"""


def day(number: float) -> datetime:
    return START + timedelta(days=number)


@dataclass(frozen=True)
class Stated:
    """An identify or an alias."""

    message_id: str
    occurred_at: datetime
    user_id: str | None
    anonymous_id: str | None = None
    previous_id: str | None = None
    email: str | None = None
    phone: str | None = None
    household: str | None = None

    @property
    def devices(self) -> list[str]:
        return [one for one in (self.anonymous_id, self.previous_id) if one and self.user_id and one != self.user_id]

    @property
    def identifiers(self) -> list[tuple[str, str]]:
        named = {"email": self.email, "phone": self.phone, "household": self.household}
        return [(kind, value) for kind, value in named.items() if value]

    @property
    def traits(self) -> dict[str, str]:
        named = {"email": self.email, "phone": self.phone, "household_id": self.household}
        return {name: value for name, value in named.items() if value}


def plant(connection: psycopg.Connection[Any], stated: Iterable[Stated]) -> None:
    """One load, as the loader commits it."""
    with connection.transaction():
        (load_id,) = connection.execute("select nextval('raw.load_ids')").fetchone() or (0,)
        for one in stated:
            properties = Jsonb({"previousId": one.previous_id} if one.previous_id else {})
            kind = "alias" if one.previous_id else "identify"
            ids = (one.user_id, one.anonymous_id, one.occurred_at, one.occurred_at)
            connection.execute(_INSERT, (one.message_id, kind, *ids, properties, Jsonb(one.traits), load_id))
        connection.execute("insert into raw.loads values (%s, 'test', now(), 1, 0, 0)", [load_id])
        connection.execute("select identity.extend(%s)", [load_id])


def random_history(seed: int, count: int) -> list[Stated]:
    """Few ids, devices and addresses, so that they meet in every way."""
    dice = random.Random(seed)
    users, devices = [f"u{n}" for n in range(10)], [f"d{n}" for n in range(6)]
    history = []
    for number in range(count):
        at, message = day(dice.randrange(20)), f"m{dice.randrange(10**9)}-{number}"
        if dice.random() < 0.3:
            old, new = dice.choice(users + devices), dice.choice(users)
            anonymous = dice.choice([None, *devices])
            if old != new:
                history.append(Stated(message, at, new, anonymous, old))
            continue
        user, device = dice.choice([(dice.choice(users), dice.choice([None, *devices])), (None, dice.choice(devices))])
        address = dice.choice([None, None, *(f"e{n}@example.org" for n in range(8))])
        phone = dice.choice([None, None, None, *(f"555{n}" for n in range(8))])
        household = dice.choice([None] * 6 + ["h1", "h2"])
        history.append(Stated(message, at, user, device, None, address, phone, household))
    return history


def persons_at(history: Sequence[Stated], moment: datetime) -> dict[str, str]:
    """The person of every id that an alias names."""
    successor: dict[str, str] = {}
    named: set[str] = set()
    for one in sorted(history, key=lambda s: (s.occurred_at, s.message_id)):
        if one.previous_id and one.user_id and one.occurred_at < moment:
            successor[one.previous_id] = one.user_id
            named |= {one.previous_id, one.user_id}
    found = {}
    for start in named:
        path = [start]
        while path[-1] in successor and path[-1] not in path[:-1]:
            path.append(successor[path[-1]])
        cycle = path[path.index(path[-1]) : -1]
        found[start] = min(cycle) if cycle else path[-1]
    return found


def tied_by(history: Sequence[Stated]) -> dict[tuple[str, str], set[str]]:
    """The kinds of ties by which a statement of the second id reaches the first."""
    own, users, holders = _relations(history)
    speaking = {p: mine | {d for d, used in users.items() if used & mine} for p, mine in own.items()}
    kinds: dict[tuple[str, str], set[str]] = defaultdict(set)
    for p, q in product(speaking, repeat=2):
        ties = {kind for (kind, _), held in holders.items() if held & speaking[p] and held & speaking[q]}
        if any(used & own[p] and used & own[q] for used in users.values()):
            ties.add("shared device")
        for a, b in product(speaking[p], speaking[q]):
            if p == q:
                kinds[a, b].add("own" if {a, b} <= own[p] else "device")
            else:
                kinds[a, b] |= ties
    return {(a, b): found for (a, b), found in kinds.items() if found and a != b}


Groups = dict[str, set[str]]


def _relations(history: Sequence[Stated]) -> tuple[Groups, Groups, dict[tuple[str, str], set[str]]]:
    """The ids of each person, the users of each device, and the holders of each identifier."""
    person = persons_at(history, END)
    own: Groups = defaultdict(set)
    users: Groups = defaultdict(set)
    holders: dict[tuple[str, str], set[str]] = defaultdict(set)
    for one in history:
        speaker = str(one.user_id or one.anonymous_id)
        for device in one.devices:
            users[device].add(speaker)
        for identifier in one.identifiers:
            holders[identifier].add(speaker)
        for one_id in {*one.devices, speaker, *person}:
            own[person.get(one_id, one_id)].add(one_id)
    return own, users, holders
