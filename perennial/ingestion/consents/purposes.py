"""What a consent is for: profiling, training, or a channel of the brand's, however an event spells it.

A grant counts for the purpose it names, whatever its case and the space around it. A refusal counts for every spelling
that can be meant: "E-Mail", "direct mail" and "DirectMail" too.
"""

from perennial.consent import PROFILING, TRAINING
from perennial.lifecycle import Lifecycle

_SPACE = " \t\r\n\u00a0\u200b\u200c\u200d\ufeff"
_IGNORED = _SPACE + "-_"
_WITHOUT = str.maketrans("", "", _IGNORED)


def plain(name: str) -> str:
    """A name as grants are compared; `plain_sql` is the same rule for PostgreSQL."""
    return name.lower().strip(_SPACE)


def fold(name: str) -> str:
    """A name as refusals, and names of events, are compared; `fold_sql` is the same rule for PostgreSQL."""
    return name.lower().translate(_WITHOUT)


def plain_sql(expression: str) -> str:
    """SQL of a text as grants are compared."""
    return f"btrim(lower({expression}), {_quoted(_SPACE)})"


def fold_sql(expression: str) -> str:
    """SQL of a text as refusals, and names of events, are compared."""
    return f"translate(lower({expression}), {_quoted(_IGNORED)}, '')"


def known_purposes(lifecycle: Lifecycle) -> dict[str, str]:
    """Each purpose that this brand has, by its name as grants are compared."""
    return {plain(purpose): purpose for purpose in (PROFILING, TRAINING, *lifecycle.channels)}


def folded_purposes(lifecycle: Lifecycle) -> dict[str, str]:
    """Each purpose that this brand has, by its name as refusals are compared."""
    return {fold(purpose): purpose for purpose in known_purposes(lifecycle).values()}


def _quoted(characters: str) -> str:
    return "U&'" + "".join(f"\\{ord(character):04x}" for character in characters) + "'"
