"""What a shape has planted: the CSV beside the events, and for other horizons the brand drawn again."""

import csv
import json
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

_COLUMNS = {(1, 7): "probability_7d", (1, 28): "probability_28d", (2, 28): "probability_two_orders_28d"}
_REVENUE = {56: "expected_revenue_56d"}


@dataclass(frozen=True)
class Planted:
    """`columns`: (customers,) each, in the order of `ids`; `size`: what the brand was drawn from."""

    shape: str
    ids: list[str]
    columns: dict[str, Any]
    size: dict[str, Any]

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.size["as_of"])

    @property
    def closed_days(self) -> list[date]:
        return [date.fromisoformat(day) for day in self.size["closed_days"]]

    def probability(self, orders: int, horizon_days: int) -> Any:
        """(customers,) of at least 1 or 2 orders within the horizon."""
        if (orders, horizon_days) in _COLUMNS:
            return self.columns[_COLUMNS[orders, horizon_days]]
        future = self._future(horizon_days)
        return future.one_order if orders == 1 else future.two_orders

    def revenue(self, horizon_days: int) -> Any:
        """(customers,) dollars expected within the horizon."""
        if horizon_days in _REVENUE:
            return self.columns[_REVENUE[horizon_days]]
        return self._future(horizon_days).expected_revenue

    def _future(self, horizon_days: int) -> Any:
        from perennial.simulation import brand_of, planted_future

        start = self.as_of - timedelta(days=self.size["days"] - 1)
        size = {name: self.size[name] for name in ("customers", "days", "seed")}
        return planted_future(brand_of(self.shape, start=start, **size), horizon_days)


def write_brand(shape: str, seed: int, folder: Path) -> None:
    """The events of a shape, their truth and the size, unless they are there: an older checkout cannot write them."""
    events, size = folder / f"{shape}.jsonl.gz", folder / f"{shape}.size.json"
    if size.exists():
        return
    from perennial.simulation import find_shape, simulate_shape

    report = simulate_shape(shape, events, seed=seed)
    closures = find_shape(shape).closures
    first = report.as_of - timedelta(days=report.days - 1)
    days = [first + timedelta(days=day) for day in range(report.days)]
    closed = [str(day) for day in days if closures.holds(day)]
    size.write_text(
        json.dumps({
            "customers": report.customers, "days": report.days, "seed": seed, "as_of": str(report.as_of),
            "closed_days": closed,
        })
    )  # fmt: skip


def read_planted(shape: str, folder: Path) -> Planted:
    """What `write_brand` has left in `folder`."""
    with (folder / f"{shape}.truth.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    columns = {name: _column([row[name] for row in rows]) for name in rows[0]}
    size = json.loads((folder / f"{shape}.size.json").read_text())
    return Planted(shape, [row["customer_id"] for row in rows], columns, size)


def _column(texts: list[str]) -> Any:
    try:
        return np.array([float(text) for text in texts])
    except ValueError:
        return np.array(texts)


def closed_statement(planted: Planted) -> dict[str, Any]:
    """What `lifecycle.yml` states under `closed` for the brand: Sundays, and longer spells as ranges."""
    days = planted.closed_days
    if not days:
        return {}
    spells = np.split(np.array(days), np.flatnonzero(np.diff([day.toordinal() for day in days]) > 1) + 1)
    return {
        "weekdays": ["sunday"],
        "ranges": [{"from": spell[0], "to": spell[-1]} for spell in spells if len(spell) > 1],
    }
