{{ config(
    materialized='incremental',
    incremental_strategy='append',
    indexes=[{'columns': ['occurred_on']}]
) }}

with messages as (

    select * from {{ ref('stg_raw__messages') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select
    messages.message_id,
    messages.load_id,
    messages.user_id,
    messages.anonymous_id,
    messages.channel,
    messages.action,
    messages.campaign_id,
    messages.is_machine,
    messages.occurred_at,
    {{ day_of('messages.occurred_at') }} as occurred_on,
    messages.ends_on
from messages
inner join moment on messages.load_id <= moment.load_id
where messages.load_id > {{ newest_load_built() }}
