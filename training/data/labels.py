"""The labelled rows that a model may be trained on, as SQL over the marts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from perennial.as_of import snapshot_at
from perennial.consent import TRAINING
from perennial.customer_sample import in_sample_sql
from perennial.tables import MARTS_CUSTOMER_STAGES, MARTS_CUSTOMERS, MARTS_MESSAGES, marts_label
from training.specs import PredictionKind, Spec


@dataclass(frozen=True)
class Labels:
    """The labelled rows of a model that can be used at the end of `as_of`.

    `is_of_newcomers`: only customers whose first order came so long after the brand's first event that it must have
    been their first. Who appears in the first weeks of history may have been a customer for years.
    """

    spec: Spec
    as_of: date
    is_of_newcomers: bool = False

    @property
    def sql(self) -> str:
        """Every usable row: consented, and observed to the end of its horizon before the end of `as_of`."""
        end = snapshot_at(self.as_of).isoformat()
        orders = ", labelled.label_orders" if self.spec.kind is PredictionKind.VALUE else ""
        label = "labelled.label::int" if self.spec.kind is PredictionKind.PROBABILITY else "labelled.label"
        return f"""
            select labelled.customer_id, labelled.snapshot_at as event_timestamp, labelled.snapshot_on,
                labelled.stage as stage_then,
                {label}::double precision as label{orders}
            from {marts_label(self.spec.name)} as labelled
            inner join consent.granted('{TRAINING}', '{end}'::timestamptz) as consented using (customer_id)
            where labelled.snapshot_at + labelled.horizon_days * interval '1 day' <= '{end}'::timestamptz
                and labelled.horizon_days = {self.spec.horizon_days}
                {self._newcomers_sql() if self.is_of_newcomers else ""}
        """

    def entity_sql(self, days: Collection[date], share: float) -> str:
        """The rows of these days, of a fixed share of the customers, with whether each was messaged in its horizon."""
        wanted = ", ".join(f"'{day.isoformat()}'" for day in days)
        sampled = f"and {in_sample_sql('customer_id', str(share))}" if share < 1 else ""
        chosen = f"select * from ({self.sql}) as usable where snapshot_on in ({wanted}) {sampled}"
        columns = ", ".join(f"chosen.{name}" for name in self._columns)
        return f"""
            select {columns}, count(messages.customer_id) > 0 as was_messaged
            from ({chosen}) as chosen
            left join {MARTS_MESSAGES} as messages
                on messages.customer_id = chosen.customer_id
                and messages.action in ('sent', 'delivered')
                and messages.occurred_at >= chosen.event_timestamp
                and messages.occurred_at < chosen.event_timestamp + {self.spec.horizon_days} * interval '1 day'
            group by {columns}
        """

    @property
    def _columns(self) -> tuple[str, ...]:
        orders = ("label_orders",) if self.spec.kind is PredictionKind.VALUE else ()
        return ("customer_id", "event_timestamp", "snapshot_on", "stage_then", "label", *orders)

    def _newcomers_sql(self) -> str:
        # Nearly all gaps between orders are shorter than what counts as lapsed.
        return f"""
            and labelled.customer_id in (
                select customer_id from {MARTS_CUSTOMERS}
                where first_order_at >= (select min(first_seen_at) from {MARTS_CUSTOMERS}) + interval '1 day' * (
                    select min(winback_after_days) from {MARTS_CUSTOMER_STAGES}
                    where snapshot_on <= '{self.as_of.isoformat()}'
                    group by snapshot_on order by snapshot_on desc limit 1
                )
            )
        """
