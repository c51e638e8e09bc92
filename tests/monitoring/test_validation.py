"""From end to end on the default market: a calibration gap of at most two points in every stage."""

import subprocess
import sys

import pytest

from perennial.settings import PROJECT_ROOT


@pytest.mark.validation
@pytest.mark.integration
@pytest.mark.timeout(7200)
def test_the_calibration_gap_of_every_stage_is_at_most_two_points_on_the_default_market() -> None:
    program = PROJECT_ROOT / "benchmarks" / "calibration_gap.py"
    done = subprocess.run([sys.executable, program], capture_output=True, text=True, check=False)
    assert "is missed in: no stage" in done.stdout, done.stdout + done.stderr
