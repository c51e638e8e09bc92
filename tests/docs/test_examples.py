"""The Python examples on the pages run as they stand, on a smaller market."""

import re

import numpy as np

from perennial.settings import PROJECT_ROOT
from perennial.simulation import MarketSettings
from tests.docs.pages import block_lines

PAGE = (PROJECT_ROOT / "docs" / "simulation.md").read_text()


def test_the_examples_of_the_simulation_run() -> None:
    lines = [line for line in block_lines(PAGE) if not line.startswith("perennial ")]
    names = {"customers": np.arange(5), "treated": np.arange(300) % 2 == 0}
    exec("\n".join(lines).replace("10_000", "300"), names)  # noqa: S102  # the page's own text
    assert {"market", "events", "trial"} <= names.keys()


def test_the_settings_named_are_there() -> None:
    named = set(re.findall(r"`(?:MarketSettings|settings)\.(\w+)", PAGE))
    assert len(named) == 4
    assert {name for name in named if not callable(getattr(MarketSettings, name, None))} == set()
