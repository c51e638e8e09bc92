{{ config(indexes=[{'columns': ['customer_id', 'snapshot_at'], 'unique': true}]) }}

{%- set horizon = var('horizon_days_activation') -%}

with stages as (

    select * from {{ ref('customer_stages') }}
    where stage = 'onboarding'

),

snapshot_days as (

    select * from {{ ref('int_snapshot_days_listed') }}
    where is_weekly

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

days as (

    select * from {{ ref('int_order_days_summed') }}

),

observed as (

    select
        stages.customer_id,
        stages.snapshot_on,
        stages.snapshot_at,
        stages.stage
    from stages
    inner join snapshot_days on stages.snapshot_on = snapshot_days.snapshot_on
    inner join moment on stages.snapshot_on + {{ horizon }} <= moment.as_of

)

select
    observed.customer_id,
    observed.snapshot_on,
    observed.snapshot_at,
    observed.stage,
    {{ horizon }} as horizon_days,
    coalesce(sum(days.count_orders), 0) >= 2 as label
from observed
left join days
    on
        observed.customer_id = days.customer_id
        and days.ordered_on > observed.snapshot_on
        and days.ordered_on <= observed.snapshot_on + {{ horizon }}
        and days.known_on <= observed.snapshot_on + {{ horizon }}
        and days.known_until_on > observed.snapshot_on + {{ horizon }}
group by observed.customer_id, observed.snapshot_on, observed.snapshot_at, observed.stage
