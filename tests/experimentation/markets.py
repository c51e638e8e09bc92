"""Experiments with a known truth: what each customer does, with a planted lift."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from perennial.experimentation import Analysis, Comparison, analyze

Market = Callable[..., pa.Table]
START = np.datetime64("2026-01-01")


def arms(
    generator: np.random.Generator, count: int, control_share: float = 0.5
) -> "np.ndarray[Any, np.dtype[np.bool_]]":
    """Who is treated."""
    return generator.random(count) >= control_share


def spenders(
    generator: np.random.Generator,
    count: int,
    lift: float = 0.0,
    *,
    control_share: float = 0.5,
    rate: float = 0.05,
    per_day: int = 100,
) -> pa.Table:
    """Customers with a rate (`bought`), a skewed and mostly zero mean (`spend`), one as skewed as real revenue
    (`revenue`), a ratio (`clicks/sends`) of correlated parts, and what they did before the start. The relative
    lift of all of them is `lift`.
    """
    treated = arms(generator, count, control_share)
    factor = np.where(treated, 1 + lift, 1.0)
    before = generator.lognormal(3, 0.6, count)
    keenness = generator.beta(2, 10, count)
    sends = generator.poisson(3 + 20 * keenness) + 1
    bought = generator.random(count) < rate * factor
    return pa.table(
        {
            "customer": np.arange(count),
            "arm": np.where(treated, "email", "holdout"),
            "day": START + np.arange(count) // per_day,
            "bought": bought,
            "spend": (generator.random(count) < 0.4) * before * generator.gamma(4, 0.25, count) * factor,
            "before": before,
            "sends": sends,
            "clicks": generator.binomial(sends, keenness * factor),
            "noise": generator.normal(10 * factor, 3),
            "revenue": bought * generator.lognormal(3, 1, count),
        }
    )


SPEND_MEAN = 0.4 * float(np.exp(3 + 0.6**2 / 2))
REVENUE_MEAN = 0.05 * float(np.exp(3 + 1 / 2))


def correlated(generator: np.random.Generator, count: int, correlation: float, effect: float = 0.0) -> pa.Table:
    """A metric and a covariate of this correlation, both with variance 1; the difference of arms is `effect`."""
    treated = arms(generator, count)
    before = generator.normal(size=count)
    residual = generator.normal(size=count) * np.sqrt(1 - correlation**2)
    arm = np.where(treated, "email", "holdout")
    return pa.table({"arm": arm, "after": 5 + correlation * before + residual + effect * treated, "before": before})


def stores(generator: np.random.Generator, clusters: int, effect: float = 0.0, *, by_store: bool = True) -> pa.Table:
    """Correlated customers of stores of unequal size; whole stores are treated, or customers in each."""
    store = np.repeat(np.arange(clusters), generator.poisson(15, clusters) + 5)
    treated = arms(generator, clusters)[store] if by_store else arms(generator, len(store))
    taste = generator.normal(size=clusters)[store]
    # Stores differ in how well the treatment works, so that customers of one store are not independent in either case.
    response = effect + generator.normal(0, 1, clusters)[store]
    spend = 10 + taste + generator.normal(0, 2, len(store)) + response * treated
    return pa.table({"store": store, "arm": np.where(treated, "email", "holdout"), "spend": spend})


def compare(table: pa.Table, metric: str, **options: Any) -> Comparison:
    """The one comparison of email with holdout."""
    return look(table, [metric], **options).comparisons[0]


def look(table: pa.Table, metrics: Sequence[str], **options: Any) -> Analysis:
    return analyze(table, arm="arm", control="holdout", metrics=metrics, **options)
