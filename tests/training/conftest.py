"""What the tests of training ask for: planted rows, and a brand whose marts are planted in the warehouse."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from threadpoolctl import threadpool_limits

from perennial.features import apply_feature_repo, close_feature_store
from perennial.settings import load_settings
from tests.small_project import write_small_project
from tests.training.planted_brand import FEATURES, Brand, write_marts
from tests.training.planted_rows import FIRST_SUNDAY, plant_rows
from training.data.rows import Rows
from training.registry.versions import mlflow_client


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As in a training: threads that wait for a core would take most of the time."""
    with threadpool_limits(1):
        yield


@pytest.fixture
def make_rows() -> Callable[..., Rows]:
    """`make_rows(customers, weeks, seed, shift)`: weekly rows with a planted label."""
    return plant_rows


@pytest.fixture
def brand(warehouse: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Brand]]:
    """`brand(model, weeks, customers)`: marts of that many weeks, registered with Feast, under a contract of their own.

    From `shift_on` on, `shift` is added to the log odds of every label.
    """
    assert warehouse.exists()
    write_small_project(tmp_path, FEATURES)
    monkeypatch.setenv("PERENNIAL_PROJECT", str(tmp_path))
    load_settings.cache_clear()

    def build(
        model: str,
        weeks: int = 30,
        customers: int = 150,
        seed: int = 1,
        shift: float = 0.0,
        shift_on: date = FIRST_SUNDAY,
    ) -> Brand:
        written = write_marts(model, weeks, customers, seed, (shift_on, shift))
        apply_feature_repo()
        return written

    yield build
    close_feature_store()
    forget_models()
    load_settings.cache_clear()


def forget_models() -> None:
    """The registry as it was before any training: MLflow is shared by the whole session."""
    client = mlflow_client()
    for model in client.search_registered_models():
        client.delete_registered_model(model.name)
