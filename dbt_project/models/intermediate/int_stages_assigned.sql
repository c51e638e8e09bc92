{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots() }}",
    indexes=[{'columns': ['snapshot_on', 'customer_id']}]
) }}

with snapshots as (

    select * from {{ ref('int_snapshots_taken') }}
    where snapshot_on >= {{ changed_on() }}

),

orders as (

    select * from {{ ref('int_orders_accumulated') }}
    where snapshot_on >= {{ changed_on() }}

),

cadences as (

    select * from {{ ref('int_cadences_observed') }}

),

observed as (

    select
        snapshots.customer_id,
        snapshots.snapshot_on,
        snapshots.snapshot_at,
        coalesce(orders.count_orders, 0) as count_orders,
        snapshots.snapshot_on - orders.last_ordered_on as days_since_last_order,
        snapshots.snapshot_on - orders.first_ordered_on as days_since_first_order,
        orders.usual_gap_days,
        cadences.onboarding_days,
        greatest(
            cadences.slipping_after_days, {{ var('slipping_after_gaps') }} * orders.usual_gap_days
        ) as slipping_after_days,
        cadences.winback_after_days
    from snapshots
    inner join cadences on snapshots.snapshot_on = cadences.snapshot_on
    left join orders
        on snapshots.customer_id = orders.customer_id and snapshots.snapshot_on = orders.snapshot_on

)

select
    *,
    case
        when count_orders = 0 then 'prospect'
        when days_since_last_order > winback_after_days then 'winback'
        when
            count_orders < {{ var('onboarding_orders') }} or days_since_first_order <= onboarding_days
            then 'onboarding'
        when days_since_last_order > slipping_after_days then 'retention'
        else 'engagement'
    end as stage
from observed
