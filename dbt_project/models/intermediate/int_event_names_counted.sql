{{ config(materialized='incremental', incremental_strategy='append') }}

with events as (

    select * from {{ ref('stg_raw__event_names') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select
    events.load_id,
    events.type,
    events.event,
    events.is_crawler,
    count(*) as count_events,
    max(events.occurred_at) as last_at
from events
inner join moment on events.load_id <= moment.load_id
where events.load_id > {{ newest_load_built() }}
group by events.load_id, events.type, events.event, events.is_crawler
