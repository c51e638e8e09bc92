{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots() }}",
    indexes=[{'columns': ['snapshot_on', 'customer_id']}]
) }}

with messages as (

    select * from {{ ref('int_messages_parsed') }}

),

machine_opens as (

    select * from {{ ref('int_machine_opens_found') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

days as (

    select * from {{ ref('int_days_looked_back') }}
    where snapshot_on >= {{ changed_on() }}

),

known as (

    select
        {{ customer_id('messages', 'identities') }} as customer_id,
        days.snapshot_on,
        days.days_ago,
        messages.occurred_on,
        messages.action in ('sent', 'delivered') as is_received,
        messages.action in ('opened', 'clicked')
        and not messages.is_machine
        and machine_opens.message_id is null as is_response,
        case when messages.ends_on > days.snapshot_on then messages.campaign_id end as open_campaign_id
    from messages
    inner join days on messages.occurred_on = days.happened_on
    left join machine_opens on messages.message_id = machine_opens.message_id
    left join identities on {{ known_as('messages', 'identities', 'days.snapshot_on') }}

)

select
    customer_id,
    snapshot_on,
    count(*) filter (where is_received and days_ago < 28) as count_messages_28d,
    count(*) filter (where is_received and days_ago < 91) as count_messages_91d,
    count(*) filter (where is_received) as count_messages_364d,
    count(*) filter (where is_response and days_ago < 28) as count_message_responses_28d,
    count(*) filter (where is_response and days_ago < 91) as count_message_responses_91d,
    max(occurred_on) filter (where is_received) as last_message_on,
    count(distinct open_campaign_id) as count_campaigns_open
from known
group by customer_id, snapshot_on
