-- Labels recounted from the orders within their horizon, at six snapshot days spread over the history, for some
-- 20,000 customers at most. One row per model. Orders that changed later are left out, as in marts_leakage.sql.
with restated as (
    select distinct customer_id
    from marts.orders
    where
        is_cancelled
        or refunded is distinct from 0
        or known_on > (ordered_at at time zone 'UTC')::date
        -- Such an order counts from the first day of the history on.
        or (ordered_at at time zone 'UTC')::date < (select min(snapshot_on) - 6 from marts.customer_features)
    union
    -- Whoever an id was said to be until it was said to be another keeps the days of its orders.
    select customer_id
    from marts.customers
    where lost_id_on is not null
),

customers as materialized (
    select customer_id
    from marts.customers
    where mod(abs(hashtext(customer_id)::bigint), greatest(1, (select count(*) from marts.customers) / 20000)) < 1
        and customer_id not in (select customer_id from restated where customer_id is not null)
)

$labels
