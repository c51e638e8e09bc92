with events as (

    select * from {{ source('raw', 'events') }}

)

select
    message_id,
    load_id,
    anonymous_id,
    user_id,
    occurred_at
from events
where
    type in ('identify', 'alias')
    and user_id is not null
    and anonymous_id is not null
