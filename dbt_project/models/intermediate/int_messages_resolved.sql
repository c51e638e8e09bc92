{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_days('occurred_on') }}",
    indexes=[{'columns': ['occurred_on']}]
) }}

with messages as (

    select * from {{ ref('stg_raw__messages') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

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
    messages.occurred_at,
    {{ day_of('messages.occurred_at') }} as occurred_on,
    messages.ends_on
from messages
inner join moment on messages.load_id <= moment.load_id and messages.occurred_at < moment.snapshot_at
left join identities on messages.user_id is null and messages.anonymous_id = identities.anonymous_id
where messages.occurred_at >= {{ start_of(changed_on()) }}
