"""What a dbt model's `.yml` says of it: its contract, which dbt enforces on what the model builds."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml


class ContractError(ValueError):
    """A dbt model's contract cannot be used; the message names the file and the fix."""


def read_dbt_model(path: Path) -> Mapping[str, Any]:
    """The model that `<model>.yml` describes, as written. Raises ContractError when it describes no such model."""
    if not path.exists():
        raise ContractError(f"{path} is missing: it is where the columns of {path.stem} are described.")
    content = yaml.safe_load(path.read_text()) or {}
    for model in content.get("models") or []:
        if model.get("name") == path.stem:
            found: Mapping[str, Any] = model
            return found
    raise ContractError(f"{path} describes no model called {path.stem}.")


def meta_of(node: Mapping[str, Any]) -> dict[str, Any]:
    """The `meta` of a model or a column, written under `config` or, as dbt also takes it, beside it."""
    config = node.get("config") or {}
    return {**(node.get("meta") or {}), **(config.get("meta") or {})}


def columns_of(model: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The columns that a model declares, in the order written."""
    return list(model.get("columns") or [])


def type_of(column: Mapping[str, Any]) -> str:
    """A column's `data_type` in lower case; "" where it declares none."""
    return str(column.get("data_type") or "").strip().lower()
