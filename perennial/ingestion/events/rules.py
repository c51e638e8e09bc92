"""What a brand's settings say about reading its events."""

from dataclasses import dataclass

from perennial.ingestion.consents.purposes import folded_purposes, known_purposes
from perennial.ingestion.events.ids import nobody
from perennial.lifecycle import Lifecycle


@dataclass(frozen=True)
class Rules:
    """The ids that name nobody; the purposes that can be granted, and refused: each as it is compared."""

    ids_of_nobody: frozenset[str]
    granted_as: frozenset[str]
    refused_as: frozenset[str]


def rules_of(lifecycle: Lifecycle) -> Rules:
    """The rules that the settings of a brand give."""
    return Rules(
        nobody(lifecycle.ids_of_nobody), frozenset(known_purposes(lifecycle)), frozenset(folded_purposes(lifecycle))
    )
