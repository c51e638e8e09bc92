{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_days('occurred_on') }}",
    indexes=[{'columns': ['message_id']}]
) }}

{#- A person may be that fast; that several are at once is a program that opens all it is handed. -#}
{%- set within = "interval '5 seconds'" %}
{%- set at_least = 3 %}

with messages as (

    select * from {{ ref('int_messages_parsed') }}
    where occurred_on >= {{ changed_on() }} - 1

),

opens as (

    select distinct
        opened.message_id,
        opened.channel,
        opened.campaign_id,
        opened.occurred_at,
        opened.occurred_on
    from messages as opened
    inner join messages as delivered
        on
            opened.channel = delivered.channel
            and opened.campaign_id = delivered.campaign_id
            and coalesce(opened.user_id, opened.anonymous_id) = coalesce(delivered.user_id, delivered.anonymous_id)
            and opened.occurred_at >= delivered.occurred_at
            and opened.occurred_at <= delivered.occurred_at + {{ within }}
    where
        opened.action = 'opened'
        and delivered.action = 'delivered'
        and opened.occurred_on >= {{ changed_on() }}

),

counted as (

    select
        message_id,
        occurred_on,
        count(*) over together as count_opens
    from opens
    window together as (
        partition by channel, campaign_id, occurred_on
        order by occurred_at range between {{ within }} preceding and {{ within }} following
    )

)

select
    message_id,
    occurred_on
from counted
where count_opens >= {{ at_least }}
