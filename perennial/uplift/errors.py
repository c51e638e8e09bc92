"""What can be wrong with the data of an uplift question, in words that name the fix."""

from collections.abc import Sequence

from perennial.tabular import missing_column_words


class UpliftInputError(ValueError):
    """The data or the question cannot be answered; the message says why and what to do."""


def missing_column(name: str, columns: Sequence[str], part: str) -> UpliftInputError:
    return UpliftInputError(missing_column_words(name, columns, part))
