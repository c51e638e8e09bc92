"""The whole way on the default market: at most two points of confidence gap in every stage."""

import subprocess
import sys

import pytest

from perennial.settings import PROJECT_ROOT


@pytest.mark.validation
@pytest.mark.integration
@pytest.mark.timeout(7200)
def test_the_confidence_gap_of_every_stage_is_at_most_two_points_on_the_default_market() -> None:
    program = PROJECT_ROOT / "benchmarks" / "confidence_gap.py"
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert "is missed in: no stage" in done.stdout, done.stdout + done.stderr
