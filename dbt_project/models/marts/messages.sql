{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_renamed_days(day_of('occurred_at')) }}",
    indexes=[{'columns': ['message_id'], 'unique': true}, {'columns': ['occurred_at']}]
) }}

with messages as (

    select * from {{ ref('int_messages_parsed') }}
    where occurred_on >= {{ renamed_on() }}

),

machine_opens as (

    select * from {{ ref('int_machine_opens_found') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}
    where known_until_on = 'infinity'

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select
    messages.message_id,
    {{ customer_id('messages', 'identities') }} as customer_id,
    messages.channel,
    messages.action,
    messages.campaign_id,
    messages.is_machine or machine_opens.message_id is not null as is_machine,
    messages.occurred_at
from messages
inner join moment on messages.occurred_on <= moment.as_of
left join machine_opens on messages.message_id = machine_opens.message_id
left join identities on {{ is_behind('identities', 'messages') }}
