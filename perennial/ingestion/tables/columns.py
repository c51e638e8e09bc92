"""Which column of a table means what: as a person said, or guessed from its name."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from perennial.ingestion.tables.roles import CLOCK, CUSTOMER, ORDER, TIME, Meaning
from perennial.tabular import missing_column

# Shopify calls an order's number its name, as others do a customer's.
_SHOPIFY = ("financial status", "lineitem name", "lineitem quantity")
# A person's own column may be an address at once.
_SHARED = ("email", "phone")


class Column(NamedTuple):
    """A column that is read: what for, its name and position, and whether nobody named it."""

    role: str
    name: str
    position: int
    is_guessed: bool


@dataclass(frozen=True)
class Columns:
    """The columns of a table that are read, and the names of the others."""

    read: tuple[Column, ...]
    unread: tuple[str, ...]

    def position(self, role: str) -> int | None:
        """Where the column of a role stands; None where there is none."""
        return self._positions.get(role)

    @cached_property
    def _positions(self) -> dict[str, int]:
        return {column.role: column.position for column in reversed(self.read)}

    def has(self, role: str) -> bool:
        return self.position(role) is not None


def find_columns(names: Sequence[str], roles: Sequence[Meaning], given: Mapping[str, str]) -> Columns:
    """The column of each role: the one `given` for it, else the first that its role may be called.

    Given as "", a role has none. A column has one role; one of customers may be that of their addresses too. Raises
    InputError for a column that is given and not there, naming similar ones, and ValueError for a role that is none.
    """
    known = [role.name for role in roles]
    if unknown := [role for role in given if role not in known]:
        raise ValueError(f"{unknown[0]!r} is no meaning of a column; there are: {', '.join(known)}")
    folded = [fold_name(name) for name in names]
    found = [
        Column(role, names[position], position, is_guessed=False)
        for role, position in ((role, _given(role, name, names, folded)) for role, name in given.items() if name)
    ]
    taken = {column.position for column in found if column.role not in _SHARED}
    for role in roles:
        if role.name in given:
            continue
        position = _guess(role, folded, taken, found)
        if position is not None:
            found.append(Column(role.name, names[position], position, is_guessed=True))
            if role.name not in (CUSTOMER.name, *_SHARED):
                taken.add(position)
    read = tuple(sorted(found, key=lambda column: column.position))
    used = {column.position for column in read}
    return Columns(read, tuple(name for position, name in enumerate(names) if position not in used))


def fold_name(name: str) -> str:
    """A column's name as it is compared: without case, accents and signs."""
    # customerId is customer id; in capitals throughout it is one word.
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    plain = unicodedata.normalize("NFKD", apart.casefold())
    letters = "".join(one for one in plain if not unicodedata.combining(one))
    return " ".join(re.sub(r"[\W_]+", " ", letters).split())


def _given(role: str, name: str, names: Sequence[str], folded: Sequence[str]) -> int:
    if name in names:
        return names.index(name)
    if (wanted := fold_name(name)) in folded:
        return folded.index(wanted)
    raise missing_column(name, names, role.replace("_", " "))


def _guess(role: Meaning, folded: Sequence[str], taken: set[int], found: Sequence[Column]) -> int | None:
    names = role.names
    if role is ORDER and any(name in folded for name in _SHOPIFY):
        names = ("name", *names)
    # A time of day is one beside a date only.
    if role is CLOCK and not any(column.role == TIME.name and _is_date(column.name) for column in found):
        return None
    for name in names:
        for position, candidate in enumerate(folded):
            if position not in taken and name in (candidate, candidate.replace(" ", "")):
                return position
    return None


def _is_date(name: str) -> bool:
    return "dat" in fold_name(name) or "fecha" in fold_name(name)
