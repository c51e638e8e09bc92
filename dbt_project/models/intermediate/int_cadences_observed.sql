{#- What is known weighs as much as the default once so many customers have come back, and squared soon all. -#}
{%- set customers_of_default = 30 -%}
{#- From one snapshot to the next no threshold moves by more than a third, so that nobody's stage jumps with it. -#}
{%- set largest_step = 1.33 -%}
{%- set defaults = {
    'onboarding_days': var('unknown_cadence_days'),
    'slipping_after_days': var('unknown_cadence_days'),
    'winback_after_days': 3 * var('unknown_cadence_days'),
} -%}
{%- set estimates = {
    'onboarding_days': 'onboarding_gap_days',
    'slipping_after_days': 'slipping_gap_days',
    'winback_after_days': 'winback_gap_days',
} -%}

with recursive days as (

    select
        snapshot_on,
        row_number() over (order by snapshot_on) as day_number
    from {{ ref('int_snapshot_days_listed') }}

),

gaps as (

    select * from {{ ref('int_gaps_estimated') }}

),

drawn_to_default as (

    select
        days.snapshot_on,
        days.day_number,
        coalesce(gaps.count_customers, 0) as count_customers,
        coalesce(gaps.count_returned, 0) as count_returned,
        coalesce(gaps.count_gaps, 0) as count_gaps,
        gaps.share_returning,
        case when gaps.count_gaps >= 100 then gaps.usual_gap_days end as usual_gap_days,
        {{ drawn(
            'gaps.usual_long_gap_ratio',
            var('slipping_after_gaps'),
            'gaps.count_with_three_gaps ^ 2',
            customers_of_default ** 2
        ) }} as usual_long_gap_ratio,
        {%- for name, default in defaults.items() %}
        {{ drawn('gaps.' ~ estimates[name], default, 'gaps.count_returned ^ 2', customers_of_default ** 2) }}
            as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from days
    left join gaps on days.snapshot_on = gaps.snapshot_on

),

steady as (

    select
        0::bigint as day_number,
        {%- for name, default in defaults.items() %}
        {{ default }}::double precision as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    union all
    select
        drawn_to_default.day_number,
        {%- for name in defaults %}
        least(
            greatest(drawn_to_default.{{ name }}, steady.{{ name }} / {{ largest_step }}),
            steady.{{ name }} * {{ largest_step }}
        ) as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from steady
    inner join drawn_to_default on steady.day_number + 1 = drawn_to_default.day_number

)

select
    drawn_to_default.snapshot_on,
    drawn_to_default.count_customers,
    drawn_to_default.count_returned,
    drawn_to_default.count_gaps,
    drawn_to_default.share_returning,
    drawn_to_default.usual_gap_days is not null as is_known,
    drawn_to_default.usual_gap_days,
    drawn_to_default.usual_long_gap_ratio,
    round(
        coalesce({{ var('onboarding_days', none) or 'null' }}, steady.onboarding_days)::numeric, 2
    )::double precision as onboarding_days,
    round(steady.slipping_after_days::numeric, 2)::double precision as slipping_after_days,
    round(
        coalesce(
            {{ var('winback_after_days', none) or 'null' }},
            greatest(steady.winback_after_days, {{ var('winback_at_least_days') }})
        )::numeric,
        2
    )::double precision as winback_after_days
from drawn_to_default
inner join steady on drawn_to_default.day_number = steady.day_number
