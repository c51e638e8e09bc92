with events as (

    select * from {{ source('raw', 'events') }}

)

select
    message_id,
    load_id,
    user_id,
    anonymous_id,
    occurred_at,
    traits
from events
where type = 'identify' and traits <> '{}'
