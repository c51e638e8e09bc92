import os
from pathlib import Path
from typing import Any

import pytest

from perennial.settings import PROJECT_ROOT


@pytest.fixture(scope="session")
def dags(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Every DAG of the project by its id, parsed as Airflow's DAG processor parses it."""
    home = tmp_path_factory.mktemp("airflow")
    os.environ.update({"AIRFLOW_HOME": str(home), "AIRFLOW__CORE__LOAD_EXAMPLES": "False"})
    from airflow.dag_processing.dagbag import DagBag

    bag = DagBag(dag_folder=str(PROJECT_ROOT / "dags"), bundle_name="perennial")
    assert not bag.import_errors, bag.import_errors
    return dict(bag.dags)


@pytest.fixture(scope="session")
def dag_files() -> list[Path]:
    return sorted((PROJECT_ROOT / "dags").glob("*.py"))
