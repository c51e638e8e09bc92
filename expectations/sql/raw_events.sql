-- What holds for every event ever loaded. One row.
with repeated as (
    select count(*) - count(distinct message_id) as count_repeated_ids
    from raw.events
),

counted as (
    select
        count(*) filter (where occurred_at < $as_of_at) as count_known,
        count(*) filter (where message_id is null) as count_without_id,
        count(*) filter (where user_id is null and anonymous_id is null) as count_without_customer,
        count(*) filter (where type not in ('track', 'identify', 'page', 'screen', 'group', 'alias')) as count_unknown_types,
        count(*) filter (where type = 'track' and coalesce(event, '') = '') as count_nameless,
        count(*) filter (where occurred_at > received_at + interval '1 day') as count_in_future,
        count(*) filter (where occurred_at < timestamptz '1990-01-01 00:00:00+00') as count_before_1990,
        count(*) as count_events
    from raw.events
)

select
    'raw.events' as part,
    counted.count_known,
    counted.count_without_id,
    counted.count_without_customer,
    counted.count_unknown_types,
    counted.count_nameless,
    counted.count_in_future,
    counted.count_before_1990,
    repeated.count_repeated_ids,
    counted.count_before_1990::double precision / greatest(counted.count_events, 1) as share_before_1990
from counted
cross join repeated
