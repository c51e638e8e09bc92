{%- set as_of = var('as_of', none) or env_var('PERENNIAL_AS_OF', '') -%}
{%- set starts_on = var('history_starts_on', none) or '' -%}

with recursive events as (

    select * from {{ source('raw', 'events') }}

),

span as (

    select
        max(load_id) as load_id,
        count(*) as count_events,
        min(occurred_at) as first_event_at,
        raw.default_as_of() as default_as_of
    from events

),

-- A clock that was reset (1970, 1990) dates a few events years before all others. One look into the index for each day.
first_days (day, day_number) as (

    select
        {{ day_of('first_event_at') }},
        1
    from span
    union all
    select
        (
            select {{ day_of('min(events.occurred_at)') }}
            from events
            where events.occurred_at >= {{ start_of('first_days.day + 1') }}
        ),
        first_days.day_number + 1
    from first_days
    where first_days.day is not null and first_days.day_number < 30

),

gaps as (

    select
        day,
        day - lag(day) over (order by day) as days_silent
    from first_days
    where day is not null

),

-- The history begins after the last silence of a year that so few events lie before.
starts as (

    select max(gaps.day) as first_event_on
    from gaps
    cross join span
    where
        gaps.days_silent > 365
        and 0.01 * span.count_events >= (
            select count(*) from events
            where events.occurred_at < {{ start_of('gaps.day') }}
        )

),

moment as (

    select
        span.load_id,
        span.count_events,
        coalesce(
            nullif('{{ starts_on }}', '')::date, starts.first_event_on, {{ day_of('span.first_event_at') }}
        ) as first_event_on,
        coalesce(nullif('{{ as_of }}', '')::date, span.default_as_of) as as_of
    from span
    cross join starts

)

select
    as_of,
    (as_of + 1)::timestamp at time zone 'UTC' as snapshot_at,
    first_event_on,
    load_id,
    count_events
from moment
where first_event_on <= as_of
