-- Labels recounted from the orders within their horizon, at six snapshot days spread over the history, for some
-- 20,000 customers at most. One row per model. Orders that changed later are left out, as in marts_leakage.sql.
with restated as (
    select distinct orders.customer_id
    from marts.orders
    left join raw.events on orders.message_id = events.message_id
    where orders.is_cancelled or orders.refunded != 0 or events.occurred_at > orders.ordered_at
),

customers as materialized (
    select customer_id
    from marts.customers
    where mod(abs(hashtext(customer_id)::bigint), greatest(1, (select count(*) from marts.customers) / 20000)) < 1
        and customer_id not in (select customer_id from restated where customer_id is not null)
)

$labels
