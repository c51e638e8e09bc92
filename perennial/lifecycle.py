"""The brand's own lifecycle settings: `lifecycle.yml` in the home over the defaults shipped beside this file."""

import re
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from perennial.atomic_file import replace_text
from perennial.closures import Closed
from perennial.models import load_models
from perennial.settings import load_settings

DEFAULTS = Path(__file__).with_name("lifecycle.yml")

Quantile = Annotated[float, Field(gt=0, lt=1)]
Days = Annotated[int, Field(ge=1)]
CurrencyCode = Annotated[str, Field(pattern="^[A-Z]{3}$")]
ReadEvent = Literal["Order Completed", "Order Updated", "Order Refunded", "Order Cancelled"]

TableName = Literal["orders", "customers", "consents"]


def _schema_and_table(name: str) -> str:
    if not re.fullmatch(r"[A-Za-z_]\w{0,62}\.[A-Za-z_]\w{0,62}", name):
        raise ValueError("give a table or view as schema.name, such as shopify.orders_for_perennial")
    return name


def _known_model(name: str) -> str:
    if name not in load_models():
        raise ValueError(f"there is no such model; there are: {', '.join(load_models())}")
    return name


_FORMER_QUANTILES = {"onboarding_quantile": 0.95, "slipping_quantile": 0.75, "winback_quantile": 0.99}
"""Of all gaps, where shares are of customers now: their defaults stand in every older home, chosen by nobody."""


ModelName = Annotated[str, AfterValidator(_known_model)]

WarehouseTable = Annotated[str, AfterValidator(_schema_and_table)]


class LifecycleError(ValueError):
    """The home's `lifecycle.yml` cannot be used; the message names the line's key and the fix."""


class Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class StageThresholds(Section):
    onboarding_orders: Annotated[int, Field(ge=1)]
    onboarding_days: Days | None
    onboarding_share: Quantile
    slipping_after_gaps: Annotated[float, Field(gt=0)]
    slipping_share: Quantile
    winback_after_days: Days | None
    winback_share: Quantile
    winback_at_least_days: Days
    unknown_cadence_days: Days


class Training(Section):
    retrain_after_days: Days
    min_positives: Annotated[int, Field(ge=10)]


class Audiences(Section):
    band_quantiles: tuple[Quantile, Quantile]
    stale_after_days: Days


# How dbt reads orders and events.
_READING = {"currency", "exchange_rates", "decimal_mark", "largest_amount", "shop", "event_names", "history_starts_on"}


class Lifecycle(Section):
    stages: StageThresholds
    horizons_days: dict[ModelName, Days]
    training: Training
    audiences: Audiences
    currency: CurrencyCode | None
    exchange_rates: dict[CurrencyCode, Annotated[float, Field(gt=0)]]
    decimal_mark: Literal[".", ","] | None
    largest_amount: Annotated[int, Field(gt=0, le=10**12)]
    shop: Annotated[str, Field(pattern=r"^[\w .-]+$")]
    event_names: dict[str, ReadEvent]
    history_starts_on: date | None
    closed: Closed
    tables: dict[TableName, WarehouseTable]
    channels: tuple[str, ...]
    holdout_share: Annotated[float, Field(ge=0, lt=1)]
    ids_of_nobody: tuple[str, ...]
    schedule: str | None

    def dbt_vars(self) -> dict[str, Any]:
        """What dbt needs of this, as its `--vars`: thresholds, horizons, closed days, how to read orders and events."""
        thresholds = {key: value for key, value in self.stages.model_dump().items() if value is not None}
        reading = {
            key: value for key, value in self.model_dump(include=_READING, mode="json").items() if value is not None
        }
        return {**thresholds, **reading, "closed": self.closed.as_var(), "horizons_days": self.horizons_days}


def read_lifecycle(path: Path) -> Lifecycle:
    """The defaults overlaid with the keys of `path`. Raises LifecycleError on unknown or impossible values."""
    return _parse(path, path.read_text() if path.exists() else "")


def _defaults() -> dict[str, Any]:
    defaults: dict[str, Any] = yaml.safe_load(DEFAULTS.read_text())
    return defaults


def _parse(path: Path, text: str) -> Lifecycle:
    try:
        content = _overlay(_defaults(), _without_former(path, yaml.safe_load(text) or {}))
    except (yaml.YAMLError, AttributeError) as error:
        raise LifecycleError(f"{path} is not a YAML mapping: {error}") from error
    try:
        return Lifecycle.model_validate(content)
    except ValidationError as error:
        problems = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise LifecycleError(f"{path}: {problems}") from error


def _without_former(path: Path, content: dict[str, Any]) -> dict[str, Any]:
    stages = content.get("stages")
    if not isinstance(stages, dict):
        return content
    for key, default in _FORMER_QUANTILES.items():
        if stages.get(key, default) != default:
            raise LifecycleError(
                f"{path}: stages.{key} counted gaps, of which frequent customers have most. Write "
                f"{key.replace('quantile', 'share')} instead, which counts every customer alike, or delete the line."
            )
    return {**content, "stages": {key: value for key, value in stages.items() if key not in _FORMER_QUANTILES}}


def write_holdout_share(path: Path, share: float) -> None:
    """`path` says that `share` of new customers is held out; its other lines, comments too, stay as they are.

    Raises LifecycleError, and does not change the file, where the share is not from 0 up to 1.
    """
    line, before = f"holdout_share: {share:g}", path.read_text() if path.exists() else ""
    after, found = re.subn(r"^holdout_share:[^#\n]*?(?=\s*(#|$))", line, before, count=1, flags=re.MULTILINE)
    text = after if found else f"{before.rstrip()}\n{line}\n".lstrip()
    try:
        _parse(path, text)
    except LifecycleError as error:
        raise LifecycleError(f"A share of {share:g} cannot be held out: it must be at least 0 and below 1.") from error
    replace_text(path, text)


@lru_cache
def load_lifecycle() -> Lifecycle:
    """The lifecycle settings of this process's home, read once."""
    return read_lifecycle(load_settings().home / "lifecycle.yml")


def _overlay(base: dict[str, Any], top: dict[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in top.items():
        nested = isinstance(value, dict) and isinstance(merged.get(key), dict)
        merged[key] = _overlay(merged[key], value) if nested else value
    return merged
