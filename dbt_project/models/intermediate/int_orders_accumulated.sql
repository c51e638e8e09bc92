{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots() }}",
    indexes=[{'columns': ['snapshot_on', 'customer_id']}]
) }}

with changes as (

    select * from {{ ref('int_order_changes_summed') }}

),

order_days as (

    select * from {{ ref('int_order_days_sequenced') }}

),

snapshots as (

    select * from {{ ref('int_snapshots_taken') }}
    where snapshot_on >= {{ changed_on() }}

),

timeline as (

    select
        customer_id,
        known_on as happened_on,
        0 as count_order_days,
        count_orders,
        count_orders_valued,
        revenue_units,
        discount_units,
        largest_order,
        false as is_snapshot
    from changes
    union all
    select
        customer_id,
        order_known_on as happened_on,
        1 as count_order_days,
        0 as count_orders,
        0 as count_orders_valued,
        0 as revenue_units,
        0 as discount_units,
        null as largest_order,
        false as is_snapshot
    from order_days
    where known_until_on = 'infinity'
    union all
    select
        customer_id,
        snapshot_on as happened_on,
        0 as count_order_days,
        0 as count_orders,
        0 as count_orders_valued,
        0 as revenue_units,
        0 as discount_units,
        null as largest_order,
        true as is_snapshot
    from snapshots

),

accumulated as (

    select
        customer_id,
        happened_on as snapshot_on,
        is_snapshot,
        sum(count_order_days) over so_far as count_order_days,
        sum(count_orders) over so_far as count_orders,
        sum(count_orders_valued) over so_far as count_orders_valued,
        coalesce(sum(revenue_units) over so_far, 0) as revenue_units,
        coalesce(sum(discount_units) over so_far, 0) as discount_units,
        max(largest_order) over so_far as largest_order
    from timeline
    window so_far as (
        partition by customer_id order by happened_on, is_snapshot rows unbounded preceding
    )

)

select
    accumulated.customer_id,
    accumulated.snapshot_on,
    accumulated.count_order_days,
    accumulated.count_orders,
    accumulated.count_orders_valued,
    case
        when accumulated.count_orders_valued > 0 or accumulated.count_orders = 0
            then {{ from_units('accumulated.revenue_units') }}
    end as revenue,
    {{ from_units('accumulated.discount_units') }} as discount,
    accumulated.largest_order,
    order_days.first_ordered_on,
    order_days.first_open_day_number,
    order_days.ordered_on as last_ordered_on,
    order_days.open_day_number as last_open_day_number,
    order_days.gap_days as latest_gap_days,
    order_days.usual_gap_days,
    order_days.long_gap_days,
    cardinality(order_days.remembered_gaps) as count_remembered_gaps,
    order_days.longest_gap_days,
    order_days.mean_gap_days,
    order_days.gap_deviation_days,
    order_days.latest_gaps_days
from accumulated
inner join order_days
    on
        accumulated.customer_id = order_days.customer_id
        and accumulated.count_order_days = order_days.day_number
        and accumulated.snapshot_on >= order_days.known_on
        and accumulated.snapshot_on < order_days.known_until_on
where accumulated.is_snapshot
