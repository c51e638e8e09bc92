"""Model files load from trusted types only, those that older releases wrote included."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest
import skops.io

from training.data.rows import Rows
from training.estimators.candidates import Estimator
from training.estimators.fitting import fit_candidate, predict
from training.registry.model_files import MOVED_MODULES, MOVED_TYPES, load_model_file
from training.specs import SPECS, Spec

INTENT, VALUE = SPECS["purchase_intent"], SPECS["customer_value"]


def write_old_file(estimator: Estimator, file: Path) -> str:
    """The file as release 0.1 wrote it, with the module names of then; returns its schema."""
    skops.io.dump(estimator, file)
    with ZipFile(file) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    schema = contents["schema.json"].decode()
    for old, new in MOVED_MODULES.items():
        schema = schema.replace(f'"{new}"', f'"{old}"')
    with ZipFile(file, "w") as archive:
        for name, content in (contents | {"schema.json": schema.encode()}).items():
            archive.writestr(name, content)
    return schema


@pytest.mark.parametrize(("spec", "name"), [(INTENT, "blend"), (VALUE, "buy_till_you_die"), (VALUE, "poisson_rfm")])
def test_a_file_of_release_0_1_loads_and_predicts_the_same(
    spec: Spec, name: str, make_rows: Callable[..., Rows], tmp_path: Path
) -> None:
    rows = make_rows(60, 8)
    amounts = np.stack([rows.features["revenue_91d"], rows.features["count_orders_91d"]], axis=1)
    rows = rows if spec is INTENT else replace(rows, target=amounts)
    estimator = fit_candidate(spec, name, rows)
    schema = write_old_file(estimator, tmp_path / "model.skops")
    assert "training.estimators" not in schema
    assert any(f'"{old}"' in schema for old in MOVED_MODULES)
    loaded = load_model_file(tmp_path / "model.skops")
    assert predict(spec.kind, loaded, rows).tobytes() == predict(spec.kind, estimator, rows).tobytes()


def test_every_moved_type_is_trusted_by_its_old_name() -> None:
    assert {name.rsplit(".", maxsplit=1)[0] for name in MOVED_TYPES} == set(MOVED_MODULES)


def test_a_file_with_another_type_is_not_loaded(tmp_path: Path) -> None:
    skops.io.dump({"runs": Spec}, tmp_path / "model.skops")
    with pytest.raises(skops.io.exceptions.UntrustedTypesFoundException):
        load_model_file(tmp_path / "model.skops")
