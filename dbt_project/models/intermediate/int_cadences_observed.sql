with days as (

    select * from {{ ref('int_snapshot_days_listed') }}

),

gaps as (

    select
        snapshot_on,
        unnest(gaps_days) as gap_days
    from {{ ref('int_gaps_measured') }}

),

cadences as (

    select
        snapshot_on,
        count(*) as count_gaps,
        percentile_cont(0.5) within group (order by gap_days) as usual_gap_days,
        percentile_disc({{ var('onboarding_quantile') }}) within group (order by gap_days) as onboarding_days,
        percentile_disc({{ var('slipping_quantile') }}) within group (order by gap_days) as slipping_after_days,
        percentile_disc({{ var('winback_quantile') }}) within group (order by gap_days) as winback_after_days
    from gaps
    group by snapshot_on
    having count(*) >= 100

)

select
    days.snapshot_on,
    coalesce(cadences.count_gaps, 0) as count_gaps,
    cadences.usual_gap_days,
    coalesce(
        {{ var('onboarding_days', none) or 'null' }}, cadences.onboarding_days, {{ var('unknown_cadence_days') }}
    )::integer as onboarding_days,
    coalesce(cadences.slipping_after_days, {{ var('unknown_cadence_days') }})::integer as slipping_after_days,
    coalesce(
        {{ var('winback_after_days', none) or 'null' }},
        greatest(cadences.winback_after_days, {{ var('winback_at_least_days') }}),
        3 * {{ var('unknown_cadence_days') }}
    )::integer as winback_after_days
from days
left join cadences on days.snapshot_on = cadences.snapshot_on
