-- Features of the newest weekly snapshots recounted from the orders placed before them. Customers with a corrected,
-- refunded or cancelled order are left out, and so are those identified since: the mart holds them as they are now.
with snapshots as (

    select * from {{ ref('int_snapshot_days_listed') }}
    where is_weekly
    order by snapshot_on desc
    limit 3

),

versions as (

    select * from {{ ref('int_orders_versioned') }}

),

orders as (

    select * from {{ ref('orders') }}

),

features as (

    select * from {{ ref('customer_features') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

identified as (

    select unnest(array[identities.id, identities.customer_id]) as customer_id
    from identities
    where identities.known_on > (select min(snapshots.snapshot_on) from snapshots)
    union all
    -- A visitor whose order turned out to be a user's.
    select versions.anonymous_id
    from versions
    where versions.user_id is not null and versions.anonymous_id is not null

),

corrected as (

    select distinct orders.customer_id
    from orders
    inner join versions on orders.order_key = versions.order_key
    where versions.known_until_on <> 'infinity' or orders.is_cancelled or orders.refunded <> 0
    union all
    -- Whoever an id was said to be until it was said to be another keeps the days of its orders.
    select identities.customer_id
    from identities
    where identities.known_until_on <> 'infinity' and identities.customer_id <> identities.id
    union all
    -- Orders before the history begins count on its first day.
    select orders.customer_id
    from orders
    cross join {{ ref('int_moment_fixed') }} as moment
    where {{ day_of('orders.ordered_at') }} < moment.first_event_on

),

counted as (

    select
        orders.customer_id,
        snapshots.snapshot_on,
        count(*) as count_orders,
        sum(orders.net_revenue) as revenue,
        count(*) filter (where orders.ordered_at >= snapshots.snapshot_at - interval '28 days') as count_orders_28d,
        ceil(extract(epoch from snapshots.snapshot_at - max(orders.ordered_at)) / 86400) - 1 as days_since_last_order
    from orders
    inner join snapshots on orders.ordered_at < snapshots.snapshot_at
    group by orders.customer_id, snapshots.snapshot_on, snapshots.snapshot_at

)

select
    features.customer_id,
    features.snapshot_on
from features
inner join snapshots on features.snapshot_on = snapshots.snapshot_on
left join counted on features.customer_id = counted.customer_id and features.snapshot_on = counted.snapshot_on
where
    features.customer_id not in (select corrected.customer_id from corrected)
    and features.customer_id not in (select identified.customer_id from identified)
    and (
        features.count_orders <> coalesce(counted.count_orders, 0)
        or features.count_orders_28d <> coalesce(counted.count_orders_28d, 0)
        or abs(features.revenue - coalesce(counted.revenue, 0)::double precision) > 0.005
        or features.days_since_last_order is distinct from counted.days_since_last_order
    )
