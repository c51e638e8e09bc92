"""Two reports that many tests read, computed once."""

import pandas as pd
import pytest

from perennial.uplift import UpliftReport
from tests.uplift.trials import ask, draw_trial


@pytest.fixture(scope="session")
def mixed_trial() -> pd.DataFrame:
    """Effects from -1 to 1."""
    return draw_trial(mixed=1.0)


@pytest.fixture(scope="session")
def mixed_report(mixed_trial: pd.DataFrame) -> UpliftReport:
    return ask(mixed_trial, risk="risk")


@pytest.fixture(scope="session")
def constant_report() -> UpliftReport:
    """The same effect for everyone."""
    return ask(draw_trial(constant=0.5), risk="risk")
