with messages as (

    select * from {{ ref('int_messages_resolved') }}

)

select
    message_id,
    customer_id,
    channel,
    action,
    campaign_id,
    occurred_at
from messages
