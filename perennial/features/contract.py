"""The dbt contract of `marts.customer_features`, read as what Feast and everyone else need to know of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from perennial.dbt_contract import ContractError, columns_of, meta_of, read_dbt_model, type_of
from perennial.settings import Settings, load_settings

MODEL = "customer_features"


class ValueKind(StrEnum):
    """What a feature's values are, whatever a database or a store calls the type."""

    NUMBER = "number"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    TEXT = "text"


KINDS = {
    "double precision": ValueKind.NUMBER,
    "float8": ValueKind.NUMBER,
    "bigint": ValueKind.INTEGER,
    "int8": ValueKind.INTEGER,
    "boolean": ValueKind.BOOLEAN,
    "bool": ValueKind.BOOLEAN,
    "text": ValueKind.TEXT,
    "varchar": ValueKind.TEXT,
    "character varying": ValueKind.TEXT,
}


@dataclass(frozen=True)
class FeatureColumn:
    """One column marked as a feature."""

    name: str
    kind: ValueKind
    description: str


@dataclass(frozen=True)
class Contract:
    """What the model says of itself, and its features in the order written."""

    description: str
    features: tuple[FeatureColumn, ...]


def contract_path(settings: Settings | None = None) -> Path:
    """Where the contract stands in the project."""
    settings = settings or load_settings()
    return settings.dbt_project / "models" / "marts" / f"{MODEL}.yml"


def read_contract(path: Path | None = None) -> Contract:
    """The columns whose meta says `feature: true`, with kind and description.

    Raises ContractError when the file does not describe the model, or a feature has no type that can be served.
    """
    path = path or contract_path()
    model = read_dbt_model(path)
    features = tuple(_feature(column, path) for column in columns_of(model) if meta_of(column).get("feature") is True)
    if not features:
        raise ContractError(
            f"{path} marks no column as a feature: write `config: {{meta: {{feature: true}}}}` at those that are."
        )
    return Contract(description=_one_line(model.get("description")), features=features)


def _feature(column: Mapping[str, Any], path: Path) -> FeatureColumn:
    name, declared = str(column["name"]), type_of(column)
    if declared not in KINDS:
        problem = f"'{declared}', which cannot be served" if declared else "missing"
        raise ContractError(
            f"{path}: the data_type of feature {name} is {problem}. Cast it in {MODEL}.sql and declare one of: "
            f"{', '.join(sorted({'double precision', 'bigint', 'boolean', 'text'}))}."
        )
    return FeatureColumn(name=name, kind=KINDS[declared], description=_one_line(column.get("description")))


def _one_line(text: object) -> str:
    return " ".join(str(text or "").split())
