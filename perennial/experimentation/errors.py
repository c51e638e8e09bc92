"""What can be wrong with the data of an experiment, in words that name the fix."""

from collections.abc import Sequence

from perennial.tabular import missing_column_words


class ExperimentInputError(ValueError):
    """The data or the question cannot be analysed; the message says why and what to do."""


def missing_column(name: str, columns: Sequence[str], part: str) -> ExperimentInputError:
    return ExperimentInputError(missing_column_words(name, columns, part))
