"""What every ingest takes for a history whose consents were kept elsewhere."""

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from perennial.ingestion import Attestation

AttestOption = Annotated[
    list[str] | None,
    typer.Option(
        "--attest-consent",
        metavar="PURPOSE",
        help="Consent kept elsewhere: profiling, training or a channel. Repeat for several.",
    ),
]
EvidenceOption = Annotated[str | None, typer.Option(help="Where that consent is on record; goes into the ledger.")]


def attestation(purposes: list[str] | None, evidence: str | None) -> "Attestation | None":
    """What was typed, checked. Raises ValueError for purposes without evidence, and evidence without purposes."""
    from perennial.ingestion import Attestation

    if not purposes:
        if evidence:
            raise ValueError("--evidence belongs to --attest-consent PURPOSE: there is nothing that it is evidence of")
        return None
    if not evidence:
        raise ValueError("--attest-consent needs --evidence: where that consent is on record")
    return Attestation(purposes=tuple(purposes), evidence=evidence)
