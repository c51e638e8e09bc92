"""The policies every DAG keeps (CONTRIBUTING.md: adding a DAG)."""

import ast
from itertools import pairwise
from pathlib import Path
from typing import Any

from perennial.console.chain.chain_run import CHAIN

HEAVY = {
    "pandas",
    "numpy",
    "sklearn",
    "mlflow",
    "feast",
    "great_expectations",
    "shap",
    "dbt",
    "training",
    "expectations",
}


def test_the_dags_are_the_chain_and_what_follows_it(dags: dict[str, Any]) -> None:
    assert set(dags) == {*CHAIN, "measure_lift"}
    assert {asset.name for asset in dags["measure_lift"].timetable.asset_condition.objects} == {"audiences"}


def test_id_file_and_function_share_one_name(dags: dict[str, Any]) -> None:
    for dag_id, dag in dags.items():
        assert Path(dag.fileloc).stem == dag_id
        functions = {
            node.name for node in ast.parse(Path(dag.fileloc).read_text()).body if isinstance(node, ast.FunctionDef)
        }
        assert dag_id in functions


def test_every_page_says_what_it_reads_and_writes_and_what_to_do_when_red(dags: dict[str, Any]) -> None:
    for dag_id, dag in dags.items():
        for heading in (f"# {dag_id}", "**Reads**", "**Writes**", "## When red", "## Parameters"):
            assert heading in dag.doc_md, f"{dag_id} lacks {heading}"


def test_every_task_has_an_end_and_every_dag_one_run_at_a_time(dags: dict[str, Any]) -> None:
    for dag_id, dag in dags.items():
        assert dag.max_active_runs == 1, dag_id
        assert not dag.catchup, dag_id
        for task in dag.tasks:
            assert task.execution_timeout is not None, f"{dag_id}.{task.task_id} may run for ever"


def test_a_gate_is_never_tried_again_without_a_change(dags: dict[str, Any]) -> None:
    assert dags["ingest_events"].get_task("validate_raw").retries == 0
    assert dags["build_marts"].get_task("validate").retries == 0


def test_a_file_that_cannot_be_loaded_does_not_stop_the_chain(dags: dict[str, Any]) -> None:
    assert dags["ingest_events"].get_task("validate_raw").trigger_rule == "all_done"


def test_tasks_that_load_the_warehouse_share_its_pool(dags: dict[str, Any]) -> None:
    for dag_id in ("ingest_events", "build_marts", "materialize_features", "publish_audiences", "measure_lift"):
        assert {task.pool for task in dags[dag_id].tasks} == {"warehouse"}, dag_id


def test_assets_chain_the_dags_in_order(dags: dict[str, Any]) -> None:
    for producer, consumer in pairwise(CHAIN):
        produced = {asset.name for task in dags[producer].tasks for asset in task.outlets}
        wanted = {asset.name for asset in dags[consumer].timetable.asset_condition.objects}
        assert produced == wanted, f"{producer} produces {produced}, {consumer} waits for {wanted}"


def test_every_dag_takes_the_moment_as_a_parameter(dags: dict[str, Any]) -> None:
    for dag_id, dag in dags.items():
        assert "as_of" in dag.params, dag_id


def test_nothing_heavy_is_imported_when_a_dag_is_parsed(dag_files: list[Path]) -> None:
    for file in dag_files:
        assert not imported_at_top(file) & HEAVY, file.name


def test_no_dag_imports_another_or_holds_sql(dag_files: list[Path]) -> None:
    names = {file.stem for file in dag_files}
    for file in dag_files:
        assert not imported_at_top(file) & names, file.name
        assert "select " not in file.read_text().lower().split('"""', 2)[2], file.name


def imported_at_top(file: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.parse(file.read_text()).body:
        if isinstance(node, ast.Import):
            found |= {alias.name.split(".")[0] for alias in node.names}
        if isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found
