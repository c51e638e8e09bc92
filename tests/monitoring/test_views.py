"""`perennial models report` shows the calibration of the predictions since scoring, in words, as JSON and as a plot."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from perennial.console.cli.main import app
from perennial.database import Role, connect
from perennial.monitoring import measure_calibration_gap
from tests.monitoring.conftest import SUNDAY, Brand
from tests.monitoring.test_measurement import CLOSED

pytestmark = pytest.mark.integration


@pytest.fixture
def today(calibrated: Brand) -> Brand:
    """The newest event is of the day on which the last horizon closes."""
    with connect(Role.LOADER) as connection:
        connection.execute(
            "insert into raw.events (message_id, type, user_id, occurred_at, received_at, source, load_id) "
            "values ('1', 'track', 'c1', %s, %s, 'test', 1)",
            [CLOSED, CLOSED],
        )
    return calibrated


@pytest.mark.usefixtures("today")
def test_the_report_shows_the_gap_of_each_stage_and_of_each_day() -> None:
    measure_calibration_gap(CLOSED)
    shown = CliRunner().invoke(app, ["models", "report", "churn_risk"])
    assert shown.exit_code == 0, shown.output
    assert "retention: calibration gap" in shown.output
    assert str(SUNDAY) in shown.output
    asked = CliRunner().invoke(app, ["models", "report", "churn_risk", "--json"])
    page = json.loads(asked.output)
    assert page["line"]["model"] == "churn_risk"
    assert page["realised"]["headlines"][0]["count_customers"] == 400
    assert len(page["realised"]["over_time"]) == 3


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize(("option", "name"), [("--plot", "gap.svg"), ("--picture", "gap.png")])
def test_the_plot_shows_every_stage(option: str, name: str, tmp_path: Path) -> None:
    measure_calibration_gap(CLOSED)
    file = tmp_path / name
    done = CliRunner().invoke(app, ["models", "report", "churn_risk", option, str(file)])
    assert done.exit_code == 0, done.output
    content = file.read_bytes()
    assert content.startswith(b"<svg" if name.endswith("svg") else b"\x89PNG")
    if name.endswith("svg"):
        assert "retention: gap" in content.decode()


@pytest.mark.usefixtures("today")
def test_where_nothing_is_realised_the_report_says_so_and_nothing_is_drawn(tmp_path: Path) -> None:
    shown = CliRunner().invoke(app, ["models", "report", "reactivation"])
    assert shown.exit_code == 0, shown.output
    assert "cannot tell yet: nobody has been scored" in shown.output
    drawn = CliRunner().invoke(app, ["models", "report", "reactivation", "--plot", str(tmp_path / "gap.svg")])
    assert drawn.exit_code == 2
    assert "nothing to draw" in drawn.output
    wrong = CliRunner().invoke(app, ["models", "report", "churn_risk", "--plot", str(tmp_path / "gap.pdf")])
    assert wrong.exit_code == 2
    assert ".svg or .png" in wrong.output
