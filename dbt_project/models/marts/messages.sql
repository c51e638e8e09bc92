{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_days(day_of('occurred_at')) }}",
    indexes=[{'columns': ['message_id'], 'unique': true}, {'columns': ['occurred_at']}]
) }}

with messages as (

    select * from {{ ref('int_messages_resolved') }}
    where occurred_on >= {{ changed_on() }}

)

select
    message_id,
    customer_id,
    channel,
    action,
    campaign_id,
    occurred_at
from messages
