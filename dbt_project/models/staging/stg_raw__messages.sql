{%- set channels = {
    'Email': 'email', 'SMS': 'sms', 'Push Notification': 'push', 'Direct Mail': 'direct_mail',
    'In-App Message': 'onsite',
} %}
{%- set actions = {
    'Sent': 'sent', 'Delivered': 'delivered', 'Opened': 'opened', 'Link Clicked': 'clicked', 'Clicked': 'clicked',
    'Bounced': 'bounced',
} -%}

with events as (

    select * from {{ source('raw', 'events') }}

),

names (event, channel, action) as (

    values
    {%- for channel_name, channel in channels.items() %}{% set is_last_channel = loop.last %}
    {%- for action_name, action in actions.items() %}
    ('{{ channel_name }} {{ action_name }}', '{{ channel }}', '{{ action }}')
    {%- if not (loop.last and is_last_channel) %},{% endif %}
    {%- endfor %}
    {%- endfor %}

),

messages as (

    select
        events.message_id,
        events.load_id,
        events.user_id,
        events.anonymous_id,
        events.occurred_at,
        names.channel,
        names.action,
        {{ json_text('events.properties', 'campaign_id') }} as campaign_id,
        {{ is_machine_open('events') }} as is_machine,
        substring(events.properties ->> 'ends_on' from '^\d{4}-\d{2}-\d{2}') as ends_on
    from events
    inner join names on events.event = names.event
    where events.type = 'track'

)

select
    message_id,
    load_id,
    user_id,
    anonymous_id,
    occurred_at,
    channel,
    action,
    campaign_id,
    is_machine,
    case when pg_input_is_valid(ends_on, 'date') then ends_on::date end as ends_on
from messages
