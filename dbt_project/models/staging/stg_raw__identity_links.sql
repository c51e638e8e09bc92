with events as (

    select * from {{ source('raw', 'events') }}

),

links as (

    select
        message_id,
        load_id,
        anonymous_id as linked_id,
        false as is_alias,
        user_id,
        occurred_at
    from events
    where type in ('identify', 'alias') and anonymous_id is distinct from properties ->> 'previousId'
    union all
    select
        message_id,
        load_id,
        {{ json_text('properties', 'previousId') }} as linked_id,
        true as is_alias,
        user_id,
        occurred_at
    from events
    where type = 'alias'

)

select
    message_id,
    load_id,
    linked_id,
    is_alias,
    user_id,
    occurred_at
from links
where user_id is not null and linked_id <> user_id
