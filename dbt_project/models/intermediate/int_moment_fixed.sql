with events as (

    select * from {{ source('raw', 'events') }}

),

span as (

    select
        max(load_id) as load_id,
        (min(occurred_at) at time zone 'UTC')::date as first_event_on,
        (max(occurred_at) at time zone 'UTC')::date as newest_event_on
    from events

),

moment as (

    select
        load_id,
        first_event_on,
        coalesce({{ "'" ~ var('as_of') ~ "'::date" if var('as_of', none) else 'null::date' }}, newest_event_on) as as_of
    from span

)

select
    as_of,
    (as_of + 1)::timestamp at time zone 'UTC' as snapshot_at,
    first_event_on,
    load_id
from moment
