"""Feast gets what the dbt contract says; what cannot be served is refused by name."""

from pathlib import Path

import pytest

from perennial.dbt_contract import ContractError
from perennial.features.contract import ValueKind, contract_path, read_contract


def write(folder: Path, columns: str) -> Path:
    path = folder / "customer_features.yml"
    path.write_text(f"models:\n  - name: customer_features\n    description: A\n      b.\n    columns:\n{columns}")
    return path


def test_only_marked_columns_are_features_and_keep_type_and_description(tmp_path: Path) -> None:
    path = write(
        tmp_path,
        "      - {name: customer_id, data_type: text}\n"
        "      - {name: revenue_90d, data_type: Double Precision, description: Spent.,"
        " config: {meta: {feature: true}}}\n"
        "      - {name: count_orders, data_type: bigint, meta: {feature: true}}\n"
        "      - {name: note, data_type: text, config: {meta: {feature: false}}}\n",
    )
    contract = read_contract(path)
    assert [(f.name, f.kind, f.description) for f in contract.features] == [
        ("revenue_90d", ValueKind.NUMBER, "Spent."),
        ("count_orders", ValueKind.INTEGER, ""),
    ]
    assert contract.description == "A b."


@pytest.mark.parametrize(
    ("columns", "problem"),
    [
        ("      - {name: a, data_type: jsonb, config: {meta: {feature: true}}}\n", "feature a is 'jsonb'"),
        ("      - {name: a, config: {meta: {feature: true}}}\n", "feature a is missing"),
        ("      - {name: a, data_type: text}\n", "marks no column"),
    ],
)
def test_a_contract_that_cannot_be_served_is_refused_by_column(tmp_path: Path, columns: str, problem: str) -> None:
    with pytest.raises(ContractError, match=problem):
        read_contract(write(tmp_path, columns))


def test_a_missing_contract_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContractError, match="missing"):
        read_contract(tmp_path / "customer_features.yml")


def test_the_project_s_own_contract_has_at_least_60_described_features() -> None:
    features = read_contract(contract_path()).features
    assert len(features) >= 60
    assert [feature.name for feature in features if not feature.description] == []
