{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='order_id',
    indexes=[{'columns': ['order_id']}, {'columns': ['known_on']}]
) }}

with order_events as (

    select * from {{ ref('int_order_events_parsed') }}

),

changed_orders as (

    select distinct order_id
    from order_events
    where load_id > {{ newest_load_built() }}

),

events as (

    select
        order_events.*,
        order_events.change in ('completed', 'updated') as is_restating
    from order_events
    inner join changed_orders on order_events.order_id = changed_orders.order_id

),

numbered as (

    select
        *,
        row_number() over history as version,
        lead(occurred_on, 1, 'infinity') over history as known_until_on,
        count(*) filter (where is_restating) over history as content_number,
        min(occurred_at) filter (where is_restating) over history as ordered_at,
        bool_or(change = 'cancelled') over history as is_cancelled
    from events
    window history as (partition by order_id order by occurred_at, message_id)

),

contents as (

    select * from numbered
    where is_restating

),

refunds as (

    select
        numbered.order_id,
        numbered.version,
        sum(coalesce(numbered.revenue, contents.revenue, 0)) filter (where numbered.change = 'refunded')
            over (partition by numbered.order_id order by numbered.version) as refunded
    from numbered
    inner join contents
        on numbered.order_id = contents.order_id and numbered.content_number = contents.content_number

),

versions as (

    select
        numbered.order_id,
        numbered.version,
        numbered.occurred_on as known_on,
        numbered.known_until_on,
        contents.message_id,
        contents.user_id,
        contents.anonymous_id,
        numbered.ordered_at,
        {{ day_of('numbered.ordered_at') }} as ordered_on,
        coalesce(contents.revenue, 0) as revenue,
        contents.charges,
        contents.discount,
        contents.coupon_discount,
        least(coalesce(refunds.refunded, 0), greatest(coalesce(contents.revenue, 0), 0)) as refunded,
        contents.count_lines,
        contents.count_items,
        contents.store_id,
        contents.currency,
        numbered.is_cancelled
    from numbered
    inner join contents
        on numbered.order_id = contents.order_id and numbered.content_number = contents.content_number
    inner join refunds on numbered.order_id = refunds.order_id and numbered.version = refunds.version

)

select * from versions
where known_on < known_until_on
