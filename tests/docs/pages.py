"""The pages, and what is to be typed in them."""

import re
from collections.abc import Iterator

from perennial.settings import PROJECT_ROOT

PAGES = sorted((PROJECT_ROOT / "docs").glob("*.md"))
DOCUMENTS = [*(PROJECT_ROOT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")), *PAGES]
README = DOCUMENTS[0].read_text()

_FENCED = re.compile(r"^```.*?^```$", flags=re.MULTILINE | re.DOTALL)
_INDENTED = re.compile(r"^ {4,}.*$", flags=re.MULTILINE)
# At the start of a line, after `do`, inside "$( )", or as the command of a container.
_TYPED = r"(?:^|\bdo |\$\(|docker compose run --rm )(?:\.venv/bin/)?{program}\b ?([^;)]*)"


def block_lines(text: str) -> Iterator[str]:
    """The lines of code blocks, continued ones joined, without their comments."""
    joined = text.replace("\\\n", " ")
    for line in _INDENTED.findall(_FENCED.sub("", joined)):
        yield re.sub(r"\s#\s.*$", "", line).strip()


def inline_code(text: str) -> Iterator[str]:
    """What stands between backticks in the running text, on one line."""
    running = _INDENTED.sub("", _FENCED.sub("", text))
    yield from (" ".join(span.split()) for span in re.findall(r"`([^`]+)`", running))


def typed_in_blocks(program: str, text: str) -> list[str]:
    """The arguments of each call of `program` in code blocks."""
    pattern = re.compile(_TYPED.format(program=program))
    return [found.strip() for line in block_lines(text) for found in pattern.findall(line)]


def typed_inline(program: str, text: str) -> list[str]:
    """The arguments of each call of `program` between backticks."""
    return [span.removeprefix(program).strip() for span in inline_code(text) if span.split(" ")[0] == program]


def typed(program: str, text: str) -> list[str]:
    return [*typed_in_blocks(program, text), *typed_inline(program, text)]


def table_rows(text: str) -> list[list[str]]:
    """The cells of every table row, without the heads' rules."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows if not set("".join(row)) <= set("- ")]
