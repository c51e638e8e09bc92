{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots() }}",
    indexes=[{'columns': ['snapshot_on', 'customer_id']}]
) }}

{%- set slipping_after_gaps = var('slipping_after_gaps') -%}
{#- By how many usual gaps a long one may exceed one before gaps count as ragged; with none nobody's are steady. -#}
{%- set room = [(slipping_after_gaps | float) - 1, 0] | max -%}
{#- A brand's habit counts like so many gaps of a customer's own. -#}
{%- set gaps_of_brand = 3 -%}

with snapshots as (

    select
        snapshots.*,
        days_counted.open_day_number
    from {{ ref('int_snapshots_taken') }} as snapshots
    inner join {{ ref('int_days_counted') }} as days_counted on snapshots.snapshot_on = days_counted.day
    where snapshots.snapshot_on >= {{ changed_on() }}

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
        snapshots.open_day_number - orders.last_open_day_number as days_silent,
        snapshots.open_day_number - orders.first_open_day_number as days_known,
        orders.usual_gap_days,
        coalesce(orders.count_remembered_gaps, 0) as count_gaps,
        orders.long_gap_days / orders.usual_gap_days as own_long_gap_ratio,
        cadences.usual_long_gap_ratio,
        coalesce(cadences.usual_gap_days, {{ var('unknown_cadence_days') }}) as brand_gap_days,
        cadences.onboarding_days,
        -- Of whoever has no gaps yet nothing is known but that others take up to so long.
        case
            when orders.usual_gap_days is null
                then greatest(cadences.slipping_after_days, cadences.onboarding_days)
            else greatest(cadences.slipping_after_days, {{ slipping_after_gaps }} * orders.usual_gap_days)
        end as ragged_days,
        cadences.winback_after_days
    from snapshots
    inner join cadences on snapshots.snapshot_on = cadences.snapshot_on
    left join orders
        on snapshots.customer_id = orders.customer_id and snapshots.snapshot_on = orders.snapshot_on

),

-- What nine in ten gaps stay within, in usual gaps: the customer's own, drawn towards the brand's while they are few.
ratios as (

    select
        *,
        {{ drawn('own_long_gap_ratio', 'usual_long_gap_ratio', 'count_gaps', gaps_of_brand) }} as long_gap_ratio,
        -- Until there are three gaps of their own, drawn towards the brand's and no less than that.
        case
            when count_gaps >= 3 then usual_gap_days
            else greatest({{ drawn('usual_gap_days', 'brand_gap_days', 'count_gaps', gaps_of_brand) }}, brand_gap_days)
        end as steady_gap_days
    from observed

),

-- Steadiness runs from 0, where the brand's gaps and slipping_after_gaps decide, to 1, where the customer's own do.
steadiness as (

    select
        *,
        {% if room %}
            least(1, greatest(0, ({{ slipping_after_gaps }} - long_gap_ratio) / {{ room }}))
        {%- else %}
            0
        {%- endif %} as steadiness,
        greatest(steady_gap_days * greatest(long_gap_ratio, 1.1), steady_gap_days + 1) as steady_days
    from ratios

),

slipping as (

    select
        *,
        -- Rounded, so that a threshold of whole days is whole.
        round(exp(steadiness * ln(steady_days) + (1 - steadiness) * ln(ragged_days))::numeric, 2)::double precision
            as slipping_after_days
    from steadiness

),

thresholds as (

    select
        customer_id,
        snapshot_on,
        snapshot_at,
        count_orders,
        days_since_last_order,
        days_since_first_order,
        days_silent,
        days_known,
        usual_gap_days,
        steadiness,
        onboarding_days,
        greatest(onboarding_days, {{ var('onboarding_orders') }} * brand_gap_days) as onboarding_at_most_days,
        slipping_after_days,
        -- Lapsed is whoever has been silent for twice as long as what is slipping, at the earliest.
        greatest(winback_after_days, {{ 0 if var('winback_after_days', none) else 2 }} * slipping_after_days)
            as winback_after_days
    from slipping

)

select
    *,
    case
        when count_orders = 0 then 'prospect'
        when days_silent > winback_after_days then 'winback'
        when days_silent > slipping_after_days then 'retention'
        when
            days_known <= onboarding_days
            or (count_orders < {{ var('onboarding_orders') }} and days_known <= onboarding_at_most_days)
            then 'onboarding'
        else 'engagement'
    end as stage
from thresholds
