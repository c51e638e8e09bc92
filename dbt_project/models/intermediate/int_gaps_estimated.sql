{#- The least common multiple of 1 to 12: a customer's weight, which any number of remembered gaps divides evenly. -#}
{%- set weight = 27720 -%}
{%- set shares = {
    'onboarding': var('onboarding_share'),
    'slipping': var('slipping_share'),
    'winback': var('winback_share'),
} -%}

{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots() }}",
    indexes=[{'columns': ['snapshot_on']}]
) }}

with snapshots as (

    select
        days.snapshot_on,
        days_counted.open_day_number
    from {{ ref('int_snapshot_days_listed') }} as days
    inner join {{ ref('int_days_counted') }} as days_counted on days.snapshot_on = days_counted.day
    where days.snapshot_on >= {{ changed_on() }}

),

order_days as (

    select
        *,
        greatest(known_on, order_known_on) as newest_from_on,
        lead(greatest(known_on, order_known_on), 1, 'infinity') over (
            partition by customer_id, known_on order by day_number
        ) as next_from_on
    from {{ ref('int_order_days_sequenced') }}

),

-- What was known of each customer's gaps: those closed, and the silence that lasts.
known as (

    select
        snapshots.snapshot_on,
        order_days.remembered_gaps,
        cardinality(order_days.remembered_gaps) as count_gaps,
        snapshots.open_day_number - order_days.open_day_number as days_silent,
        order_days.long_gap_days / order_days.usual_gap_days as long_gap_ratio
    from order_days
    inner join snapshots
        on
            order_days.newest_from_on <= snapshots.snapshot_on
            and order_days.next_from_on > snapshots.snapshot_on
            and order_days.known_until_on > snapshots.snapshot_on

),

lengths as (

    select
        known.snapshot_on,
        gap.days,
        sum({{ weight }} / known.count_gaps) as weight_closed,
        0 as weight_open
    from known
    cross join lateral unnest(known.remembered_gaps) as gap (days)
    group by known.snapshot_on, gap.days
    union all
    select
        snapshot_on,
        days_silent as days,
        0 as weight_closed,
        {{ weight }} * count(*) as weight_open
    from known
    where count_gaps = 0
    group by snapshot_on, days_silent

),

at_risk as (

    select
        snapshot_on,
        days,
        sum(weight_closed) as weight_closed,
        sum(sum(weight_closed + weight_open)) over (partition by snapshot_on order by days desc) as weight_at_risk,
        sum(sum(weight_closed + weight_open)) over (partition by snapshot_on) as weight
    from lengths
    group by snapshot_on, days

),

-- The share without an order after so many days (Kaplan and Meier 1958), as far as there are enough to see it.
survival as (

    select
        snapshot_on,
        days,
        weight_closed,
        1 - exp(sum(ln(greatest(1 - weight_closed::double precision / weight_at_risk::double precision, 1e-12))) over (
            partition by snapshot_on order by days
        )) as share_returned
    from at_risk
    where weight_at_risk >= least(10 * {{ weight }}, weight / 10)

),

returned as (

    select
        *,
        share_returned / nullif(max(share_returned) over (partition by snapshot_on), 0) as share_of_returning
    from survival

),

estimates as (

    select
        snapshot_on,
        max(share_returned) as share_returning,
        min(days) filter (where share_of_returning >= 0.5) as usual_gap_days,
        {%- for name in shares %}
        min(days) filter (where share_of_returning >= {{ shares[name] }})
            as {{ name }}_gap_days{{ ',' if not loop.last }}
        {%- endfor %}
    from returned
    group by snapshot_on

),

counts as (

    select
        snapshot_on,
        count(*) as count_customers,
        count(*) filter (where count_gaps > 0) as count_returned,
        sum(count_gaps)::bigint as count_gaps,
        count(*) filter (where count_gaps >= 3) as count_with_three_gaps,
        percentile_cont(0.5) within group (order by long_gap_ratio) filter (where count_gaps >= 3)
            as usual_long_gap_ratio
    from known
    group by snapshot_on

)

select
    counts.*,
    estimates.share_returning,
    estimates.usual_gap_days,
    {%- for name in shares %}
    estimates.{{ name }}_gap_days{{ ',' if not loop.last }}
    {%- endfor %}
from counts
left join estimates on counts.snapshot_on = estimates.snapshot_on
