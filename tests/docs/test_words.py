"""The pages use the field's words: what each private one is called instead stands beside it."""

import re
from pathlib import Path

import pytest

from perennial.settings import PROJECT_ROOT
from tests.docs.pages import DOCUMENTS

INSTEAD = {
    r"doors?": "public function",
    r"(?:class)?rooms?|ground floor": "package, shared module",
    r"left alone|leave them alone|unmessaged|whom nobody messaged": "untreated",
    r"confidence gap": "calibration gap",
    r"what came of|realisation": "realised outcomes, calibration monitoring",
    r"foretell\w*|foretold": "predict",
    r"(?<!cannot )tells?|told|telling": "report, show, say",
    r"proofs?|proven|borne out|bears? out": "statistical validation, supported",
    r"tenths?": "decile",
    r"judge[sd]?|judgement": "evaluate",
    r"do[- _]not[- _]wake": "sleeping dogs, do_not_disturb",
    r"reign\w*": "current champion",
    r"anew": "again",
    r"hindsight": "look-ahead",
    r"forehand": "out of sample in time",
    r"by the hands|the hands": "manual override",
    r"straighten\w*|bent back": "skewness correction",
    r"at hand": "available",
    r"(?<!the )chances?": "propensity, probability",
    r"pictures?": "plot",
}
# Code and the README's image; "by chance" is the statistician's own.
ALLOWED = r"`[^`]*`|!\[[^\]]*\]|\bby chance\b|\bchance explains\b"


def private_words(text: str) -> dict[str, str]:
    """The private words in a text, without its code, each with what to say instead."""
    plain = " ".join(re.sub(ALLOWED, "", text).split())
    found = [(re.findall(rf"\b(?:{pattern})\b", plain, flags=re.IGNORECASE), say) for pattern, say in INSTEAD.items()]
    return {word: say for words, say in found for word in words}


@pytest.mark.parametrize("document", [*DOCUMENTS, PROJECT_ROOT / "CHANGELOG.md"], ids=lambda path: path.name)
def test_pages_use_the_words_of_the_field(document: Path) -> None:
    assert private_words(document.read_text()) == {}


def test_a_private_word_is_found_and_a_verdict_is_none() -> None:
    assert private_words("Each room has doors, and `door` is code.") == {
        "room": "package, shared module",
        "doors": "public function",
    }
    assert private_words("cannot tell yet, needs 3 more days") == {}
