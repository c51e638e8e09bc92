"""No library reports usage."""

import sysconfig
from pathlib import Path

import pytest
import yaml

from perennial.settings import PROJECT_ROOT
from perennial.telemetry_off import USAGE_REPORTING_OFF, switch_off_usage_reporting

SITE = Path(sysconfig.get_path("purelib"))
READERS = {
    "DO_NOT_TRACK": "mlflow/telemetry/utils.py",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "dbt/cli/params.py",
    "GX_ANALYTICS_ENABLED": "great_expectations/data_context/data_context/abstract_data_context.py",
    "MLFLOW_DISABLE_TELEMETRY": "mlflow/environment_variables.py",
}


@pytest.mark.parametrize("switch", USAGE_REPORTING_OFF)
def test_every_switch_is_one_that_an_installed_library_still_reads(switch: str) -> None:
    assert switch in (SITE / READERS[switch]).read_text()


def test_plain_dbt_sends_nothing_either() -> None:
    project = yaml.safe_load((PROJECT_ROOT / "dbt_project" / "dbt_project.yml").read_text())
    assert project["flags"]["send_anonymous_usage_stats"] is False


def test_mlflow_finds_itself_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    for switch in USAGE_REPORTING_OFF:
        monkeypatch.delenv(switch, raising=False)
    switch_off_usage_reporting()
    from mlflow.telemetry import utils

    monkeypatch.setattr(utils, "_IS_IN_CI_ENV_OR_TESTING", False)
    assert utils.is_telemetry_disabled()


@pytest.mark.parametrize("package", ["airflow", "feast"])
def test_libraries_without_a_switch_hold_no_reporting_to_switch_off(package: str) -> None:
    sources = (SITE / package).rglob("*.py")
    wanted = ("scarf", "posthog", "segment.io")
    reporting = [path for path in sources if any(word in path.read_text(errors="ignore").lower() for word in wanted)]
    assert reporting == []
