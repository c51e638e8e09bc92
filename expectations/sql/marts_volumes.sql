-- Whether there is anything in the marts that everything else needs, and whether the orders in raw arrived there.
with counted as (
    select
        (select count(*) from marts.customers) as count_customers,
        (select count(*) from marts.orders) as count_orders,
        (select count(*) from marts.customer_stages where snapshot_on = $as_of) as count_stages,
        (select count(*) from marts.customer_features where snapshot_on = $as_of) as count_features,
        (select count(*) from raw.events where event = 'Order Completed' and occurred_at < $as_of_at) as count_raw_orders
),

sampled as (
    select coalesce(nullif(btrim(events.properties ->> 'order_id'), ''), events.message_id) as order_id
    from raw.events
    cross join counted
    where events.event = 'Order Completed'
        and events.occurred_at < $as_of_at
        and coalesce(lower(events.properties ->> 'test'), '') not in ('true', '1', 'yes')
        -- A return, not an order.
        and coalesce(events.properties ->> 'total', '') not like '%-%'
        and mod(abs(hashtext(events.message_id)::bigint), greatest(1, counted.count_raw_orders / 5000)) < 1
)

select
    'marts.customers' as part,
    count_customers as count_needed,
    null::double precision as share_found
from counted
union all
select
    'marts.orders' as part,
    case when count_raw_orders > 0 then count_orders end as count_needed,
    (
        select avg(exists(select 1 from marts.orders where orders.order_id = sampled.order_id)::integer)::double precision
        from sampled
    ) as share_found
from counted
union all
select
    'marts.customer_stages on the day' as part,
    count_stages as count_needed,
    null as share_found
from counted
union all
select
    'marts.customer_features on the day' as part,
    count_features as count_needed,
    null as share_found
from counted
