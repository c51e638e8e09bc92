-- What the next run is compared with. Names sent for fewer than ten customers are pooled, so that none identifies one.
with named as (
    select
        coalesce(event, type) as event,
        count(*) as count_events,
        count(distinct coalesce(user_id, anonymous_id)) as count_customers
    from raw.events
    where occurred_at < $as_of_at
    group by coalesce(event, type)
),

pooled as (
    select
        case when count_customers >= 10 then event else 'rarer events' end as event,
        sum(count_events) as count_events
    from named
    group by 1
)

select
    jsonb_build_object(
        'count_events', (select coalesce(sum(count_events), 0) from pooled),
        'events', (select coalesce(jsonb_object_agg(event, count_events), '{}') from pooled),
        'newest_load_id', (select coalesce(max(load_id), 0) from raw.events)
    )
