"""Whether a file that was given as events is a table."""

import csv

_DELIMITERS = ",;\t|"
_LONGEST_NAME = 60


def csv_columns(head: bytes) -> list[str]:
    """The columns of the table that a file beginning with `head` is; none where it is no table.

    A table begins with a line of at least two short names, and goes on with a line of as many values.
    """
    lines = [line for line in head.decode(errors="replace").splitlines() if line.strip()][:2]
    if len(lines) < len(["names", "values"]) or any(line.lstrip().startswith(("{", "[")) for line in lines):
        return []
    for delimiter in _DELIMITERS:
        names, values = ([field.strip() for field in row] for row in csv.reader(lines, delimiter=delimiter))
        if len(names) > 1 and len(values) >= len(names) and all(map(_is_name, names)):
            return names
    return []


def _is_name(field: str) -> bool:
    return 0 < len(field) <= _LONGEST_NAME and not any(character in '{}"' for character in field)
