-- What must add up, whatever the data: one row per identity, with the number of rows that break it.
with lines as (
    select
        order_key,
        count(*) as count_lines,
        -- Unknown as soon as that of one line is.
        case when count(revenue) = count(*) then sum(revenue) end as revenue
    from marts.order_lines
    group by order_key
),

orders_of_customers as (
    select
        customer_id,
        count(*) as count_orders,
        sum(net_revenue) as revenue
    from marts.orders
    where not is_cancelled
    group by customer_id
),

orders_against_lines as (
    select
        orders.order_key,
        lines.order_key as order_key_of_lines,
        coalesce(lines.count_lines, 0) != orders.count_lines
        or coalesce(abs(lines.revenue + orders.charges - orders.revenue) > 0.01, false) as is_off
    from marts.orders
    full outer join lines on orders.order_key = lines.order_key
),

features_against_customers as (
    select
        customers.customer_id,
        features.count_orders is distinct from customers.count_orders
        or coalesce(
            abs(features.revenue - customers.revenue::double precision) > 0.01,
            (features.revenue is null) != (customers.revenue is null)
        ) as is_off
    from marts.customers
    inner join marts.customer_features as features
        on customers.customer_id = features.customer_id and features.snapshot_on = $as_of
)

select
    'order lines add up to their order' as part,
    count(*) filter (where is_off) as count_off
from orders_against_lines
where order_key is not null
union all
select
    'every line belongs to an order' as part,
    count(*) as count_off
from orders_against_lines
where order_key is null
union all
select
    'orders add up to their customer' as part,
    count(*) as count_off
from marts.customers
left join orders_of_customers on customers.customer_id = orders_of_customers.customer_id
where customers.count_orders != coalesce(orders_of_customers.count_orders, 0)
    or coalesce(
        abs(customers.revenue - orders_of_customers.revenue) > 0.01,
        orders_of_customers.customer_id is not null and (customers.revenue is null) != (orders_of_customers.revenue is null)
    )
union all
select
    'every order belongs to a customer' as part,
    count(*) as count_off
from marts.orders
where not exists (select 1 from marts.customers where customers.customer_id = orders.customer_id)
union all
select
    'every message belongs to a customer' as part,
    count(*) as count_off
from marts.messages
where not exists (select 1 from marts.customers where customers.customer_id = messages.customer_id)
union all
select
    'the newest features agree with the customers table' as part,
    count(*) filter (where is_off) as count_off
from features_against_customers
union all
select
    'features carry the stage of customer_stages' as part,
    count(*) as count_off
from marts.customer_features as features
inner join marts.customer_stages as stages
    on features.customer_id = stages.customer_id and features.snapshot_on = stages.snapshot_on
where features.stage is distinct from stages.stage
