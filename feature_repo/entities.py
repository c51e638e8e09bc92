"""Who a feature describes."""

from feast import Entity, ValueType

customer = Entity(
    name="customer",
    join_keys=["customer_id"],
    value_type=ValueType.STRING,
    description="A person known by their first-party events: their user id, or an anonymous id never identified.",
)
