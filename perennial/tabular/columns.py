"""Columns that a person named and the data does not have, in words that lead to those it has."""

import difflib
from collections.abc import Iterable, Sequence


def missing_column_words(name: str, columns: Sequence[str], part: str) -> str:
    """That no column is called `name`, which was wanted for `part`; those of a like name, else those there are."""
    near = difflib.get_close_matches(name, columns, n=3, cutoff=0.5)
    meant = f"did you mean {listed(near)}?" if near else f"it has {listed(columns)}"
    return f"The data has no column {name!r} for the {part}: {meant}"


def listed(names: Iterable[str], limit: int = 12) -> str:
    """The names as a person would write them: quoted, the last one after "or"."""
    quoted = [repr(name) for name in names]
    if len(quoted) > limit:
        return ", ".join(quoted[:limit]) + f" and {len(quoted) - limit} more"
    return " or ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1]))) if quoted else "none"
