with events as (

    select * from {{ source('raw', 'events') }}

),

named as (

    select
        *,
        regexp_match(
            event,
            '^(Email|SMS|Push Notification|Direct Mail|In-App Message) '
            || '(Sent|Delivered|Opened|Link Clicked|Clicked|Bounced)$'
        ) as words
    from events
    where type = 'track' and event is not null

),

messages as (

    select
        message_id,
        load_id,
        user_id,
        anonymous_id,
        occurred_at,
        words[1] as channel_name,
        words[2] as action_name,
        {{ json_text('properties', 'campaign_id') }} as campaign_id,
        substring(properties ->> 'ends_on' from '^\d{4}-\d{2}-\d{2}') as ends_on
    from named
    where words is not null

)

select
    message_id,
    load_id,
    user_id,
    anonymous_id,
    occurred_at,
    case channel_name
        when 'Push Notification' then 'push'
        when 'In-App Message' then 'onsite'
        else replace(lower(channel_name), ' ', '_')
    end as channel,
    case action_name
        when 'Link Clicked' then 'clicked'
        else lower(action_name)
    end as action,
    campaign_id,
    case when pg_input_is_valid(ends_on, 'date') then ends_on::date end as ends_on
from messages
