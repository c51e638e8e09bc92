{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots(horizon_days=var('horizon_days_reactivation')) }}",
    indexes=[{'columns': ['customer_id', 'snapshot_at'], 'unique': true}, {'columns': ['snapshot_on']}]
) }}

{%- set horizon_days = var('horizon_days_reactivation') %}

with stages as (

    select * from {{ ref('customer_stages') }}
    where stage = 'winback'

),

days as (

    select * from {{ ref('int_snapshot_days_listed') }}
    where is_weekly and snapshot_on + {{ horizon_days }} >= {{ changed_on() }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

changes as (

    select * from {{ ref('int_order_changes_summed') }}

),

observed_days as (

    select
        days.snapshot_on,
        days.snapshot_on + {{ horizon_days }} as observed_on
    from days
    inner join moment on days.snapshot_on + {{ horizon_days }} <= moment.as_of

),

outcomes as (

    select
        changes.customer_id,
        observed_days.snapshot_on,
        sum(changes.count_orders) as count_orders
    from observed_days
    inner join changes
        on
            observed_days.snapshot_on < changes.ordered_on
            and observed_days.observed_on >= changes.ordered_on
            and observed_days.observed_on >= changes.known_on
    group by changes.customer_id, observed_days.snapshot_on

)

select
    stages.customer_id,
    stages.snapshot_on,
    stages.snapshot_at,
    stages.stage,
    {{ horizon_days }} as horizon_days,
    coalesce(outcomes.count_orders, 0) >= 1 as label
from stages
inner join observed_days on stages.snapshot_on = observed_days.snapshot_on
left join outcomes
    on stages.customer_id = outcomes.customer_id and stages.snapshot_on = outcomes.snapshot_on
