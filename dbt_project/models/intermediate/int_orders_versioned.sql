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

numbered as (

    select
        order_events.*,
        row_number() over history as version,
        lead(order_events.occurred_on, 1, 'infinity') over history as known_until_on,
        count(*) filter (where order_events.is_restating) over history as content_number,
        bool_or(order_events.is_cancelling) over history as is_cancelled,
        count(*) filter (where order_events.is_refunding) over history as count_refunds
    from order_events
    inner join changed_orders on order_events.order_id = changed_orders.order_id
    window history as (
        partition by order_events.order_id order by order_events.occurred_at, order_events.message_id
    )

),

contents as (

    select * from numbered
    where is_restating

),

refunds as (

    select
        numbered.order_id,
        numbered.count_refunds,
        sum(coalesce(numbered.revenue, contents.revenue, 0)) over (
            partition by numbered.order_id order by numbered.count_refunds
        ) as refunded
    from numbered
    inner join contents
        on numbered.order_id = contents.order_id and numbered.content_number = contents.content_number
    where numbered.is_refunding

),

versions as (

    select
        numbered.order_id,
        numbered.version,
        numbered.occurred_on as known_on,
        numbered.known_until_on,
        contents.message_id,
        placed.user_id,
        placed.anonymous_id,
        placed.occurred_at as ordered_at,
        placed.occurred_on as ordered_on,
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
    inner join contents as placed
        on numbered.order_id = placed.order_id and placed.content_number = 1
    left join refunds
        on numbered.order_id = refunds.order_id and numbered.count_refunds = refunds.count_refunds

)

select * from versions
where known_on < known_until_on
