-- Digests of every feature on the newest snapshot days, and how many events they could know. One row per day.
select
    features.snapshot_on,
    (
        select count(*)
        from raw.events
        where events.occurred_at < (features.snapshot_on + 1)::timestamp at time zone 'UTC'
    ) as count_events,
    (
        select count(distinct (events.user_id, events.anonymous_id))
        from raw.events
        where events.user_id is not null and events.anonymous_id is not null
    ) as count_links,
    jsonb_object(array[$names], array[$digests]) as digests
from marts.customer_features as features
where features.snapshot_on in (
    select distinct snapshot_on
    from marts.customer_features
    order by snapshot_on desc
    limit 6
)
and mod(abs(hashtext(features.customer_id)::bigint), $every) < 1
group by features.snapshot_on
