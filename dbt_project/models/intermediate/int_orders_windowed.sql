{%- set windows = [7, 14, 28, 56, 91] -%}

with snapshots as (

    select * from {{ ref('int_snapshots_taken') }}

),

days as (

    select * from {{ ref('int_order_days_summed') }}

)

select
    snapshots.customer_id,
    snapshots.snapshot_on,
    max(days.ordered_on) as last_order_on,
    min(days.ordered_on) as first_order_on,
    sum(days.count_orders)::bigint as count_orders,
    sum(days.revenue) as revenue,
    max(days.largest_order) as largest_order,
    sum(days.discount) as discount,
    {%- for window in windows %}
    coalesce(sum(days.count_orders) filter (where snapshots.snapshot_on - days.ordered_on < {{ window }}), 0)::bigint
        as count_orders_{{ window }}d,
    coalesce(sum(days.revenue) filter (where snapshots.snapshot_on - days.ordered_on < {{ window }}), 0)
        as revenue_{{ window }}d,
    {%- endfor %}
    count(distinct days.ordered_on) filter (where snapshots.snapshot_on - days.ordered_on < 28) as count_order_days_28d,
    count(distinct days.ordered_on) filter (where snapshots.snapshot_on - days.ordered_on < 91) as count_order_days_91d
    {%- for column in [
        'refunded', 'discount', 'coupon_discount', 'count_lines', 'count_items', 'count_orders_with_coupon',
        'count_orders_with_discount', 'count_morning_orders', 'count_afternoon_orders', 'count_weekend_orders'
    ] %},
    coalesce(sum(days.{{ column }}) filter (where snapshots.snapshot_on - days.ordered_on < 91), 0) as {{ column }}_91d
    {%- endfor %}
from snapshots
inner join days
    on
        snapshots.customer_id = days.customer_id
        and snapshots.snapshot_on >= days.known_on
        and snapshots.snapshot_on < days.known_until_on
group by snapshots.customer_id, snapshots.snapshot_on
