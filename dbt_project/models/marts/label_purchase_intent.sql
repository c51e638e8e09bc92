{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots(horizon_days=var('horizon_days_purchase_intent')) }}",
    indexes=[{'columns': ['customer_id', 'snapshot_at'], 'unique': true}, {'columns': ['snapshot_on']}]
) }}

{%- set horizon_days = var('horizon_days_purchase_intent') %}

with stages as (

    select * from {{ ref('customer_stages') }}
    where stage = 'engagement'

),

days as (

    select * from {{ ref('int_snapshot_days_listed') }}
    where is_weekly and snapshot_on + {{ horizon_days }} >= {{ changed_on() }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

outcomes as (

    select * from {{ ref('int_outcomes_observed') }}
    where horizon_days = {{ horizon_days }}

)

select
    stages.customer_id,
    stages.snapshot_on,
    stages.snapshot_at,
    stages.stage,
    {{ horizon_days }} as horizon_days,
    coalesce(outcomes.count_orders, 0) >= 1 as label
from stages
inner join days on stages.snapshot_on = days.snapshot_on
inner join moment on days.snapshot_on + {{ horizon_days }} <= moment.as_of
left join outcomes
    on stages.customer_id = outcomes.customer_id and stages.snapshot_on = outcomes.snapshot_on
