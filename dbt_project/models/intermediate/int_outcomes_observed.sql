{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots(horizon_days='horizon_days') }}",
    indexes=[{'columns': ['snapshot_on', 'customer_id']}]
) }}

-- depends_on: {{ ref('int_horizons_decided') }}
with days as (

    select * from {{ ref('int_snapshot_days_listed') }}
    where is_weekly

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

changes as (

    select * from {{ ref('int_order_changes_summed') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

horizons (horizon_days) as (

    values {{ horizon_rows() }}

),

observed_days as (

    select
        days.snapshot_on,
        horizons.horizon_days,
        days.snapshot_on + horizons.horizon_days as observed_on
    from days
    cross join horizons
    inner join moment on days.snapshot_on + horizons.horizon_days <= moment.as_of
    where days.snapshot_on + horizons.horizon_days >= {{ changed_on() }}

),

outcomes as (

    select
        changes.customer_id,
        observed_days.snapshot_on,
        observed_days.horizon_days,
        observed_days.observed_on,
        sum(changes.count_orders) as count_orders,
        sum(changes.count_orders_valued) as count_orders_valued,
        sum(changes.revenue_units) as revenue_units
    from observed_days
    inner join changes
        on
            observed_days.snapshot_on < changes.ordered_on
            and observed_days.observed_on >= changes.ordered_on
            and observed_days.observed_on >= changes.known_on
    group by changes.customer_id, observed_days.snapshot_on, observed_days.horizon_days, observed_days.observed_on

),

-- What a visitor goes on to do counts for them under whichever name: ordering is when many say who they are.
outcomes_by_name as (

    select
        customer_id,
        snapshot_on,
        horizon_days,
        count_orders,
        count_orders_valued,
        revenue_units
    from outcomes
    union all
    select
        identities.id as customer_id,
        outcomes.snapshot_on,
        outcomes.horizon_days,
        outcomes.count_orders,
        outcomes.count_orders_valued,
        outcomes.revenue_units
    from outcomes
    inner join identities
        on
            outcomes.customer_id = identities.customer_id
            and outcomes.snapshot_on < identities.known_on
            and outcomes.observed_on >= identities.known_on

)

select
    customer_id,
    snapshot_on,
    horizon_days,
    sum(count_orders)::bigint as count_orders,
    -- What was spent is known once each order's amount is.
    case
        when sum(count_orders_valued) = sum(count_orders) then {{ from_units('coalesce(sum(revenue_units), 0)') }}
    end as revenue
from outcomes_by_name
group by customer_id, snapshot_on, horizon_days
