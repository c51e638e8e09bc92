"""What a brand has observed of its customers: running sums of their orders and messages, nothing latent."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import pandas as pd

from perennial.simulation.actions import CATEGORIES, Channel, Decisions
from perennial.simulation.arrays import Bools, Floats, Ints
from perennial.simulation.daily_step import MessageOutcomes, Orders
from perennial.simulation.state import State

RECENT_DAYS = 28


@dataclass
class History:
    """Sums since the first day, (customers,); days are -1 where nothing has happened yet."""

    first_order: Floats
    last_order: Floats
    count_orders: Floats
    count_orders_recent: Floats
    revenue: Floats
    revenue_recent: Floats
    discount: Floats
    coupon_discount: Floats
    weekend_orders: Floats
    count_messages: Floats
    count_messages_recent: Floats
    count_opens: Floats
    count_clicks: Floats
    count_emails: Floats

    @classmethod
    def begin(cls, customers: int) -> Self:
        """Nothing observed yet."""
        days = {"first_order", "last_order"}
        return cls(
            **{column.name: np.full(customers, -1 if column.name in days else 0, np.float64) for column in fields(cls)}
        )

    def take(self, chosen: Ints) -> "History":
        """Those at the positions `chosen`."""
        return History(**{column.name: getattr(self, column.name)[chosen] for column in fields(self)})

    def add_orders(self, orders: Orders, day: int, *, is_recent: bool, is_weekend: bool) -> None:
        """Add the orders of `day`."""
        who = orders.customer
        self.first_order[who] = np.where(self.first_order[who] < 0, day, self.first_order[who])
        self.last_order[who] = day
        counts = _sums(who, None, len(self.revenue))
        revenue = _sums(who, orders.revenue, len(self.revenue))
        self.count_orders += counts
        self.revenue += revenue
        self.discount += _sums(who, orders.discount, len(self.revenue))
        self.coupon_discount += _sums(who, orders.coupon_discount, len(self.revenue))
        if is_weekend:
            self.weekend_orders += counts
        if is_recent:
            self.count_orders_recent += counts
            self.revenue_recent += revenue

    def add_messages(self, sent: Decisions, outcomes: MessageOutcomes, has_machine: Bools, *, is_recent: bool) -> None:
        """Add a day's messages; an open by a mail program counts like any other."""
        who = sent.customer
        is_email = sent.channel == Channel.EMAIL
        opened = outcomes.delivered & (outcomes.seen | (has_machine[who] & is_email))
        self.count_messages[who] += outcomes.delivered
        self.count_emails[who] += outcomes.delivered & is_email
        self.count_opens[who] += opened
        self.count_clicks[who] += outcomes.clicked
        if is_recent:
            self.count_messages_recent[who] += outcomes.delivered

    def features(self, state: State, favourite: Ints, day: int) -> pd.DataFrame:
        """One row per customer: the features as of the morning of `day`; NaN where nothing was observed.

        Counts, dollars, days and shares (0 to 1), over the window in the name (`_28d`; otherwise all `day` days).
        `favourite` (customers,): the category bought most, which a brand observes within a few months of orders.
        """
        messages = _positive(self.count_messages)
        orders = _positive(self.count_orders)
        spent = _positive(self.revenue + self.discount + self.coupon_discount)
        gaps = _positive(self.count_orders - 1)
        columns = {
            "days_since_last_order": np.where(self.last_order >= 0, day - self.last_order, np.nan),
            "days_since_first_order": np.where(self.first_order >= 0, day - self.first_order, np.nan),
            "usual_gap_days": (self.last_order - self.first_order) / gaps,
            "count_orders": self.count_orders,
            "count_orders_28d": self.count_orders_recent,
            "revenue": self.revenue,
            "revenue_28d": self.revenue_recent,
            "average_order_value": self.revenue / orders,
            "discount_share": self.discount / spent,
            "coupon_share": self.coupon_discount / spent,
            "weekend_share": self.weekend_orders / orders,
            "count_messages": self.count_messages,
            "count_messages_28d": self.count_messages_recent,
            "open_rate": self.count_opens / messages,
            "click_rate": self.count_clicks / messages,
            "is_subscribed": state.contactable[:, Channel.EMAIL].astype(np.float64),
        }
        table = pd.DataFrame(columns)
        codes = np.where(self.count_orders > 0, favourite, -1)
        table["favourite_category"] = pd.Categorical.from_codes(codes.astype(np.int8), categories=pd.Index(CATEGORIES))
        return table


def _sums(who: Ints, amounts: Floats | None, count: int) -> Floats:
    return np.bincount(who, amounts, minlength=count).astype(np.float64)


def _positive(values: Floats) -> Floats:
    return np.where(values > 0, values, np.nan)
