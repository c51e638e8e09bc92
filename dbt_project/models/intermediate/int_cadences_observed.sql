with days as (

    select * from {{ ref('int_snapshot_days_listed') }}

),

order_days as (

    select * from {{ ref('int_order_days_sequenced') }}
    where gap_days is not null

),

closed as (

    select
        change.known_on,
        order_days.gap_days,
        sum(change.direction) as count_gaps
    from order_days
    cross join lateral (
        values (greatest(order_days.known_on, order_days.order_known_on), 1), (order_days.known_until_on, -1)
    ) as change (known_on, direction)
    where change.known_on < 'infinity'
    group by change.known_on, order_days.gap_days

),

known as (

    select
        days.snapshot_on,
        closed.gap_days,
        sum(closed.count_gaps) as count_gaps
    from days
    inner join closed on days.snapshot_on >= closed.known_on
    group by days.snapshot_on, closed.gap_days

),

ranked as (

    select
        snapshot_on,
        gap_days,
        sum(count_gaps) over (partition by snapshot_on) as count_gaps,
        sum(count_gaps) over (partition by snapshot_on order by gap_days)
        / sum(count_gaps) over (partition by snapshot_on) as share_up_to
    from known

),

cadences as (

    select
        snapshot_on,
        max(count_gaps)::bigint as count_gaps,
        min(gap_days) filter (where share_up_to >= 0.5) as usual_gap_days,
        min(gap_days) filter (where share_up_to >= {{ var('onboarding_quantile') }}) as onboarding_days,
        min(gap_days) filter (where share_up_to >= {{ var('slipping_quantile') }}) as slipping_after_days,
        greatest(
            min(gap_days) filter (where share_up_to >= {{ var('winback_quantile') }}),
            {{ var('winback_at_least_days') }}
        ) as winback_after_days
    from ranked
    group by snapshot_on
    having max(count_gaps) >= 100

)

select
    days.snapshot_on,
    coalesce(cadences.count_gaps, 0) as count_gaps,
    cadences.usual_gap_days,
    coalesce(
        {{ var('onboarding_days', none) or 'null' }}, cadences.onboarding_days, {{ var('unknown_cadence_days') }}
    ) as onboarding_days,
    coalesce(cadences.slipping_after_days, {{ var('unknown_cadence_days') }}) as slipping_after_days,
    coalesce(
        {{ var('winback_after_days', none) or 'null' }},
        cadences.winback_after_days,
        3 * {{ var('unknown_cadence_days') }}
    ) as winback_after_days
from days
left join cadences on days.snapshot_on = cadences.snapshot_on
