"""Telemetry off: every library's usage reporting, switched off in one place.

The platform keeps customer data and sends none of its own accord. The locked releases of Airflow, Feast and
SHAP hold no reporting any more; dbt's own switch stands in `dbt_project.yml` as well, for those who run plain `dbt`.
"""

import os

USAGE_REPORTING_OFF: dict[str, str] = {
    "DO_NOT_TRACK": "true",
    "DBT_SEND_ANONYMOUS_USAGE_STATS": "False",
    "GX_ANALYTICS_ENABLED": "False",
    "MLFLOW_DISABLE_TELEMETRY": "true",
}


def switch_off_usage_reporting() -> None:
    """Set every switch in this process and those it starts; call before importing the libraries."""
    os.environ.update(USAGE_REPORTING_OFF)
