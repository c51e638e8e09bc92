"""A project whose customers have only a few features; its models are those of the real one."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import yaml

from perennial.settings import PROJECT_ROOT

MARTS = Path("dbt_project") / "models" / "marts"


def write_small_project(folder: Path, features: Mapping[str, str]) -> None:
    """`folder` holds the feature repository, every label's contract, and one of `features`: type by name."""
    shutil.copytree(PROJECT_ROOT / "feature_repo", folder / "feature_repo", dirs_exist_ok=True)
    (folder / MARTS).mkdir(parents=True, exist_ok=True)
    for contract in (PROJECT_ROOT / MARTS).glob("label_*.yml"):
        shutil.copy(contract, folder / MARTS)
    columns = [{"name": "customer_id", "data_type": "text"}]
    columns += [
        {"name": name, "data_type": kind, "description": f"{name} in words", "config": {"meta": {"feature": True}}}
        for name, kind in features.items()
    ]
    model = {"name": "customer_features", "description": "One row per customer and snapshot day.", "columns": columns}
    (folder / MARTS / "customer_features.yml").write_text(yaml.safe_dump({"models": [model]}))
