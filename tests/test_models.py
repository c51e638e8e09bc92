"""One list of models: the contracts of the labels. What else names a model is made of it, or compared with it here."""

import re
from pathlib import Path

import pytest
import yaml

from perennial.dbt_contract import ContractError
from perennial.models import load_models, model_of, read_models
from perennial.settings import PROJECT_ROOT
from perennial.stages import PredictionKind, Stage
from training import SPECS, Spec, UnknownModelError

MARTS = PROJECT_ROOT / "dbt_project" / "models" / "marts"
SOURCES = ("perennial", "training", "expectations", "feature_repo", "dags", "dbt_project", "docker")
BOOLEAN = "{name: label, data_type: boolean}"
AMOUNT = "{name: label, data_type: double precision}"


def write_label(folder: Path, model: str, meta: str, column: str = BOOLEAN) -> None:
    text = f"models: [{{name: label_{model}, config: {{meta: {meta}}}, columns: [{column}]}}]"
    (folder / f"label_{model}.yml").write_text(text)


def test_models_are_what_the_contracts_of_the_labels_say_in_the_order_of_the_stages(tmp_path: Path) -> None:
    write_label(tmp_path, "spend", "{stage: null, horizon_days: 56}", f"{AMOUNT}, {{name: label_orders}}")
    write_label(tmp_path, "loyalty", "{stage: winback, horizon_days: 28, recount: label}")
    write_label(tmp_path, "first_order", "{stage: prospect, horizon_days: 7}")
    probability, value = PredictionKind.PROBABILITY, PredictionKind.VALUE
    assert [(m.name, m.stage, m.kind, m.horizon_days, m.recount) for m in read_models(tmp_path).values()] == [
        ("first_order", Stage.PROSPECT, probability, 7, None),
        ("loyalty", Stage.WINBACK, probability, 28, "label"),
        ("spend", None, value, 56, None),
    ]


def test_a_stage_s_audience_is_ordered_by_the_model_whose_label_names_the_stage() -> None:
    assert model_of(Stage.WINBACK) == "reactivation"
    named = {name for name, label in load_models().items() if label.stage}
    assert {model_of(stage) for stage in Stage} - {None} == named


def test_every_label_has_an_entry_that_says_how_its_model_is_trained() -> None:
    missing = load_models().keys() - SPECS.keys()
    assert not missing, (
        f"add to SPECS in training/specs.py: {', '.join(f'Spec(name={name!r}, ...)' for name in missing)}"
    )


def test_every_entry_has_a_label() -> None:
    missing = SPECS.keys() - load_models().keys()
    assert not missing, "write " + ", ".join(f"{MARTS}/label_{name}.sql and .yml" for name in missing)


def test_an_entry_without_a_label_names_the_file_to_write() -> None:
    spec = Spec(name="loyalty", meaning="stays", raises="the loyalty", candidates=("logistic",))
    with pytest.raises(UnknownModelError, match=r"label_loyalty\.sql"):
        assert spec.stage


@pytest.mark.parametrize("model", load_models())
def test_dbt_shows_every_model_as_what_reads_its_label(model: str) -> None:
    exposures = yaml.safe_load((MARTS / f"label_{model}.yml").read_text()).get("exposures") or []
    wanted = {"ref('customer_features')", f"ref('label_{model}')"}
    shown = {exposure["name"]: set(exposure["depends_on"]) for exposure in exposures}
    assert shown == {model: wanted}, (
        f"label_{model}.yml: add `exposures: [{{name: {model}, depends_on: {wanted}, ...}}]`"
    )


def test_no_file_but_the_table_of_specs_names_two_models() -> None:
    """A second list would have to be edited with every new model: read `perennial.models` instead."""
    lists = {
        path.relative_to(PROJECT_ROOT).as_posix()
        for source in SOURCES
        for path in (PROJECT_ROOT / source).rglob("*")
        if path.suffix in {".py", ".sql", ".yml", ".yaml", ".toml", ".sh", ".j2"}
        and len({name for name in load_models() if re.search(rf"(?<![a-z]){name}(?![a-z])", path.read_text())}) > 1
    }
    assert lists == {"training/specs.py"}


@pytest.mark.parametrize(
    ("meta", "column", "message"),
    [
        ("{horizon_days: 7}", BOOLEAN, "stage: Field required"),
        ("{stage: lapsed, horizon_days: 7}", BOOLEAN, "stage: Input should be 'prospect'"),
        ("{stage: winback}", BOOLEAN, "horizon_days: Field required"),
        ("{stage: winback, horizon_days: 0}", BOOLEAN, "horizon_days: Input should be greater"),
        ("{stage: winback, horizon_days: 7}", "{name: label, data_type: text}", "`label` is of the data_type boolean"),
        ("{stage: null, horizon_days: 7}", AMOUNT, "beside a column `label_orders`"),
    ],
)
def test_a_label_whose_contract_says_too_little_is_refused(
    tmp_path: Path, meta: str, column: str, message: str
) -> None:
    write_label(tmp_path, "loyalty", meta, column)
    with pytest.raises(ContractError, match=f"label_loyalty.yml.*{message}"):
        read_models(tmp_path)


def test_two_models_for_one_audience_are_refused(tmp_path: Path) -> None:
    write_label(tmp_path, "loyalty", "{stage: winback, horizon_days: 7}")
    write_label(tmp_path, "return", "{stage: winback, horizon_days: 28}")
    with pytest.raises(ContractError, match="loyalty and return would both order the audience winback"):
        read_models(tmp_path)
