{%- set as_of = var('as_of', none) or env_var('PERENNIAL_AS_OF', '') -%}

with events as (

    select * from {{ source('raw', 'events') }}

),

span as (

    select
        max(load_id) as load_id,
        {{ day_of('min(occurred_at)') }} as first_event_on,
        raw.default_as_of() as default_as_of
    from events

),

moment as (

    select
        load_id,
        first_event_on,
        coalesce(nullif('{{ as_of }}', '')::date, default_as_of) as as_of
    from span

)

select
    as_of,
    (as_of + 1)::timestamp at time zone 'UTC' as snapshot_at,
    first_event_on,
    load_id
from moment
where first_event_on <= as_of
