"""Columns that were asked for and are not in the data, with a message that leads to those that are."""

import difflib
from collections.abc import Iterable, Sequence

from perennial.tabular.errors import InputError


def missing_column(name: str, columns: Sequence[str], role: str) -> InputError:
    """The error that no column is called `name`, wanted as `role`: it names similar columns, else those there are."""
    similar = difflib.get_close_matches(name, columns, n=3, cutoff=0.5)
    hint = f"did you mean {quoted_list(similar)}?" if similar else f"it has {quoted_list(columns)}"
    return InputError(f"The data has no column {name!r} for the {role}: {hint}")


def quoted_list(names: Iterable[str], limit: int = 12) -> str:
    """The names as in a sentence: quoted, the last one after "or"; beyond `limit` only counted."""
    quoted = [repr(name) for name in names]
    if len(quoted) > limit:
        return ", ".join(quoted[:limit]) + f" and {len(quoted) - limit} more"
    return " or ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1]))) if quoted else "none"
