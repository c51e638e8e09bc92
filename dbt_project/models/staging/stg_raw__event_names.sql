with events as (

    select * from {{ source('raw', 'events') }}

)

select
    load_id,
    type,
    coalesce(event, type) as event,
    {{ is_crawler('events') }} as is_crawler,
    occurred_at
from events
