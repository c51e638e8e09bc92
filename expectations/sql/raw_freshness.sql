-- How the newest day and week compare with this brand's usual ones. One row for all behaviour, one for orders.
-- Windows end at the newest event instead of midnight, so that a last day that is not over yet is no alarm; messages are
-- left out, because campaigns come in bursts. Where fewer than 20 events are usual, random variation is too large for a
-- check.
with behaviour as (
    select
        occurred_at,
        event
    from raw.events
    where occurred_at < $as_of_at
        and type in ('track', 'page', 'screen')
        and (event is null or event !~ ' (Sent|Delivered|Opened|Bounced|Link Clicked)$$')
),

newest as (
    select max(occurred_at) as newest_at
    from behaviour
),

recent as materialized (
    select
        behaviour.event,
        extract(epoch from newest.newest_at - behaviour.occurred_at)::double precision / 86400 as age_days
    from behaviour
    cross join newest
    where behaviour.occurred_at > newest.newest_at - interval '63 days'
),

parts as (
    select
        'all behaviour' as part,
        age_days
    from recent
    union all
    select
        'Order Completed' as part,
        age_days
    from recent
    where event = 'Order Completed'
),

weeks as (
    select
        part,
        number as week,
        count(*) filter (where age_days >= number * 7 and age_days < number * 7 + 7) as count_week,
        count(*) filter (where age_days >= number * 7 and age_days < number * 7 + 1) as count_day
    from parts
    cross join generate_series(0, 8) as number
    group by part, number
    -- Only weeks that lie wholly within the history, give or take its first morning.
    having number = 0 or max(age_days) > number * 7 + 6
),

usual as (
    select
        part,
        max(count_week) filter (where week = 0) as count_week,
        max(count_day) filter (where week = 0) as count_day,
        percentile_cont(0.5) within group (order by count_week) filter (where week > 0) as usual_week,
        percentile_cont(0.5) within group (order by count_day) filter (where week > 0) as usual_day
    from weeks
    group by part
),

active_days as (
    select distinct
        part,
        floor(age_days) as age
    from parts
),

gaps as (
    select
        part,
        age,
        age - lag(age) over (partition by part order by age) as gap_days
    from active_days
),

-- All behaviour is silent since its newest event; another part that occurs on few days has no usual gap to compare with.
silence as (
    select
        gaps.part,
        min(gaps.age) + extract(epoch from $as_of_at - max(newest.newest_at))::double precision / 86400 as days_silent,
        greatest(2, 1.5 * coalesce(max(gaps.gap_days), 1)) as days_usual
    from gaps
    cross join newest
    group by gaps.part
    having gaps.part = 'all behaviour' or count(*) >= 10
)

select
    usual.part,
    silence.days_silent,
    greatest(0, silence.days_silent - silence.days_usual) as days_beyond_usual,
    case when usual.usual_week >= 20 then usual.count_week / usual.usual_week end as share_of_usual_week,
    case when usual.usual_day >= 20 then usual.count_day / usual.usual_day end as share_of_usual_day
from usual
left join silence on usual.part = silence.part
