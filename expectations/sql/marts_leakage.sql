-- Features recounted from the orders before their snapshot. One row per feature that can be, with the rows that differ.
-- Six snapshot days spread over the history and some 20,000 customers at most. Customers with an order that was later
-- restated, refunded, cancelled or found to be theirs are left out: marts.orders holds it as it is now, features as then.
with days as (
    select snapshot_on
    from (
        select
            snapshot_on,
            row_number() over (order by snapshot_on desc) - 1 as number,
            count(*) over () as count_days
        from (select distinct snapshot_on from marts.customer_features) as snapshots
    ) as numbered
    where mod(number, greatest(1, count_days / 5)) < 1
),

restated as (
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

customers as (
    select customer_id
    from marts.customers
    where mod(abs(hashtext(customer_id)::bigint), greatest(1, (select count(*) from marts.customers) / 20000)) < 1
        and customer_id not in (select customer_id from restated where customer_id is not null)
),

-- By day, which loses nothing: every snapshot is taken at midnight.
days_of_orders as (
    select
        orders.customer_id,
        (orders.ordered_at at time zone 'UTC')::date as ordered_on,
        count(*) as count_orders,
        count(orders.net_revenue) as count_orders_valued,
        sum(orders.net_revenue)::double precision as revenue,
        max(orders.revenue)::double precision as largest_order
    from marts.orders
    inner join customers on orders.customer_id = customers.customer_id
    group by 1, 2
),

known as (
    select
        days_of_orders.*,
        days.snapshot_on
    from days_of_orders
    inner join days on days_of_orders.ordered_on <= days.snapshot_on
),

counted as (
    select
        customer_id,
        snapshot_on,
        $counted
    from known
    group by customer_id, snapshot_on
),

compared as (
    select
        $compared,
        count(*) as count_audited
    from marts.customer_features as features
    inner join days on features.snapshot_on = days.snapshot_on
    inner join customers on features.customer_id = customers.customer_id
    left join counted
        on features.customer_id = counted.customer_id and features.snapshot_on = counted.snapshot_on
)

select
    audit.part,
    audit.count_leaking,
    compared.count_audited
from compared
cross join lateral (values $parts) as audit (part, count_leaking)
