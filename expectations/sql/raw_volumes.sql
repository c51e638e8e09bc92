-- Events known now against those of the good run that knew most, up to its own day, which may be a later one than
-- today's: what was known once stays known. One row per event name, and one for all.
with before as (
    select statistics
    from gate.runs
    where gate_run_id = $baseline
),

events_before as (
    select
        'all events' as part,
        (statistics ->> 'count_events')::bigint as count_before
    from before
    union all
    select
        pair.key as part,
        pair.value::bigint as count_before
    from before
    cross join lateral jsonb_each_text(before.statistics -> 'events') as pair
    where pair.key != 'rarer events'
),

events_now as (
    select
        case grouping(coalesce(event, type)) when 1 then 'all events' else coalesce(event, type) end as part,
        count(*) as count_now
    from raw.events
    where occurred_at < $as_of_at
    group by grouping sets ((coalesce(event, type)), ())
)

select
    events_before.part,
    coalesce(events_now.count_now, 0) as count_now,
    coalesce(events_now.count_now, 0) - events_before.count_before as count_new,
    coalesce(events_now.count_now, 0)::double precision / greatest(events_before.count_before, 1) as share_of_last_time
from events_before
left join events_now on events_before.part = events_now.part
