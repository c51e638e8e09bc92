"""Feast's store and registry for this home: opened once, and brought in line with the feature repository."""

import importlib
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING, Any

import yaml

from perennial.settings import load_settings
from perennial.telemetry_off import switch_off_usage_reporting
from perennial.tool_environment import tool_environment

if TYPE_CHECKING:
    from feast import FeatureStore
    from feast.repo_contents import RepoContents

MODULES = ("entities", "views", "services")

_opened: dict[tuple[object, ...], "FeatureStore"] = {}
_opening = threading.Lock()


@dataclass(frozen=True)
class ApplyReport:
    """What changed in the registry: objects new or changed, removed; features in all; and how long it took."""

    count_changed: int
    count_removed: int
    count_features: int
    seconds: float


def feature_store() -> "FeatureStore":
    """The Feast store of this process's home, opened once. Its registry is read again every minute."""
    settings = load_settings()
    variables = tool_environment(settings)
    key = (settings.feature_repo, *variables.items())
    with _opening:
        if key not in _opened:
            _close_all()
            _opened[key] = _open_store(settings.feature_repo, variables)
        return _opened[key]


def _open_store(folder: Path, variables: dict[str, str]) -> "FeatureStore":
    switch_off_usage_reporting()
    with _without_runtime_type_checks():
        from feast import FeatureStore, RepoConfig

    content = yaml.safe_load((folder / "feature_store.yaml").read_text())
    # The passwords go from the home's settings into the configuration, past the process's environment.
    filled = _fill_in(content, variables)
    filled["offline_store"]["port"] = int(filled["offline_store"]["port"])
    return FeatureStore(config=RepoConfig(**filled, repo_path=folder))


def close_feature_store() -> None:
    """Let go of the connections that this process's store holds; the next `feature_store()` opens it again."""
    with _opening:
        _close_all()


def _close_all() -> None:
    while _opened:
        _, store = _opened.popitem()
        store.registry.write_engine.dispose()


@contextmanager
def _without_runtime_type_checks() -> Iterator[None]:
    # Feast has typeguard rewrite its classes while they are imported, which is half of the seconds the import takes.
    import typeguard

    checked = typeguard.typechecked
    typeguard.typechecked = lambda target=None, **_: target or (lambda wrapped: wrapped)  # type: ignore[assignment]
    try:
        yield
    finally:
        typeguard.typechecked = checked


def _fill_in(content: Any, variables: dict[str, str]) -> Any:
    if isinstance(content, dict):
        return {key: _fill_in(value, variables) for key, value in content.items()}
    return Template(content).substitute(variables) if isinstance(content, str) else content


def apply_feature_repo() -> ApplyReport:
    """The registry says what `feature_repo/` says: the work of `feast apply`, without its process.

    Safe to repeat, and after a kill. A column newly marked in the dbt contract is a feature from here on.
    Raises ContractError naming the column when the contract cannot be served.
    """
    started = time.monotonic()
    store = feature_store()
    contents = _read_repo(load_settings().feature_repo, store.project)
    from feast.feature_view import DUMMY_ENTITY_NAME
    from feast.repo_operations import extract_objects_for_apply_delete

    store.refresh_registry()
    changed, gone, _, _ = extract_objects_for_apply_delete(store.project, store.registry, contents)
    removed = [item for item in gone if item.name != DUMMY_ENTITY_NAME]  # Feast's own, for views without entities
    news = [item for item in changed if not _is_registered(store, item)]
    if news or removed:
        store.apply([*contents.projects, *news], objects_to_delete=removed, partial=False)
        store.refresh_registry()
    count_features = sum(len(view.features) for view in contents.feature_views)
    return ApplyReport(len(news), len(removed), count_features, time.monotonic() - started)


def _is_registered(store: "FeatureStore", item: Any) -> bool:
    """Whether the registry holds this very object already; writing it again would only cost time."""
    from feast import Entity, FeatureService, FeatureView, Project
    from feast.errors import FeastObjectNotFoundException

    if isinstance(item, Project):
        return True  # applied along with the others
    readers = {FeatureView: store.get_feature_view, FeatureService: store.get_feature_service, Entity: store.get_entity}
    read = readers.get(type(item), store.get_data_source)
    try:
        known = read(item.name)
    except FeastObjectNotFoundException:
        return False
    if isinstance(item, FeatureView):
        # What has been materialised is the registry's to know, and no part of the definition.
        item.materialization_intervals = known.materialization_intervals
    return bool(known == item)


def _read_repo(folder: Path, project: str) -> "RepoContents":
    """The objects that the modules of `folder` define, read afresh each time."""
    from feast import Entity, FeatureService, FeatureView, Project
    from feast.data_source import DataSource
    from feast.repo_contents import RepoContents

    with _importable(folder):
        objects = [item for name in MODULES for item in vars(importlib.import_module(name)).values()]
    unique = {id(item): item for item in objects}.values()
    views = [item for item in unique if isinstance(item, FeatureView)]
    return RepoContents(
        projects=[Project(name=project)],
        data_sources=[source for view in views if isinstance(source := view.batch_source, DataSource)],
        entities=[item for item in unique if isinstance(item, Entity)],
        feature_views=views,
        feature_services=[item for item in unique if isinstance(item, FeatureService)],
        on_demand_feature_views=[],
        stream_feature_views=[],
        label_views=[],
        permissions=[],
    )


@contextmanager
def _importable(folder: Path) -> Iterator[None]:
    # Feast wants siblings to import each other plainly (`from entities import customer`), so for a moment they can.
    before = dict(sys.modules)
    sys.path.insert(0, os.fspath(folder))
    for name in MODULES:
        sys.modules.pop(name, None)
    try:
        yield
    finally:
        sys.path.remove(os.fspath(folder))
        for name in MODULES:
            sys.modules.pop(name, None)
            if name in before:
                sys.modules[name] = before[name]
