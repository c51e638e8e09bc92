-- Events of each day: all behaviour, and orders. Messages are left out, because campaigns come in bursts. `_so_far` counts
-- those up to the time of day of the newest event, so that a last day that is not over yet can be compared with others.
-- One row per day (UTC) with events, of the newest 400.
with behaviour as (
    select
        occurred_at,
        coalesce(event in ($orders), false) as is_order
    from raw.events
    where occurred_at < $as_of_at
        and type in ('track', 'page', 'screen')
        and (event is null or event !~ ' (Sent|Delivered|Opened|Bounced|Link Clicked)$$')
),

newest as (
    select max(occurred_at) as newest_at
    from behaviour
),

timed as (
    select
        behaviour.occurred_at,
        behaviour.is_order,
        (behaviour.occurred_at at time zone 'UTC')::date as day,
        (behaviour.occurred_at at time zone 'UTC')::time <= (newest.newest_at at time zone 'UTC')::time as is_so_far
    from behaviour
    inner join newest on behaviour.occurred_at > newest.newest_at - interval '400 days'
)

select
    day,
    count(*) as events,
    count(*) filter (where is_so_far) as events_so_far,
    count(*) filter (where is_order) as orders,
    count(*) filter (where is_order and is_so_far) as orders_so_far,
    max(occurred_at) as newest_event_at,
    max(occurred_at) filter (where is_order) as newest_order_at
from timed
group by day
order by day
