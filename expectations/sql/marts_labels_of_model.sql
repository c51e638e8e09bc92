select
    '$table' as part,
    count(*) filter (where ($holds) is not true) as count_wrong,
    count(*) filter (where stage not in ($stages)) as count_other_stages
from (
    select
        labels.label,
        labels.stage,
        $label_orders as label_orders,
        count(orders.order_id) as count_orders,
        coalesce(sum(orders.net_revenue::double precision), 0) as revenue
    from $table as labels
    inner join (
        select
            snapshot_on,
            row_number() over (order by snapshot_on desc) - 1 as number,
            count(*) over () as count_days
        from (select distinct snapshot_on from $table) as snapshots
    ) as days
        on labels.snapshot_on = days.snapshot_on and mod(days.number, greatest(1, days.count_days / 5)) < 1
    inner join customers on labels.customer_id = customers.customer_id
    left join marts.orders
        on labels.customer_id = orders.customer_id
            and orders.ordered_at >= (labels.snapshot_on + 1)::timestamp at time zone 'UTC'
            and orders.ordered_at < (labels.snapshot_on + labels.horizon_days + 1)::timestamp at time zone 'UTC'
    group by labels.customer_id, labels.snapshot_on, labels.label, labels.stage, $label_orders
) as counted
