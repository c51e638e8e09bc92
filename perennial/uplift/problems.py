"""What can be wrong with the data of an uplift question, in words that name the fix."""

import difflib
from collections.abc import Iterable, Sequence


class UpliftInputError(ValueError):
    """The data or the question cannot be answered; the message says why and what to do."""


def missing_column(name: str, columns: Sequence[str], part: str) -> UpliftInputError:
    near = difflib.get_close_matches(name, columns, n=3, cutoff=0.5)
    meant = f"did you mean {listed(near)}?" if near else f"it has {listed(columns)}"
    return UpliftInputError(f"The data has no column {name!r} for the {part}: {meant}")


def listed(names: Iterable[str], limit: int = 12) -> str:
    """The names as a person would write them: quoted, the last one after "or"."""
    quoted = [repr(name) for name in names]
    if len(quoted) > limit:
        return ", ".join(quoted[:limit]) + f" and {len(quoted) - limit} more"
    return " or ".join(filter(None, (", ".join(quoted[:-1]), quoted[-1]))) if quoted else "none"
