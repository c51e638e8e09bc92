{{ config(materialized='incremental', incremental_strategy='append') }}

with order_events as (

    select * from {{ ref('stg_raw__order_events') }}
    where load_id > {{ newest_load_built() }}

),

lines as (

    select * from {{ ref('int_order_lines_parsed') }}
    where load_id > {{ newest_load_built() }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

line_sums as (

    select
        message_id,
        count(*) as count_lines,
        sum(quantity) as count_items,
        sum(revenue) as revenue,
        sum(discount) as discount,
        sum(coupon_discount) as coupon_discount
    from lines
    group by message_id

)

select
    order_events.message_id,
    order_events.load_id,
    order_events.order_id,
    order_events.change in ('completed', 'updated') as is_restating,
    order_events.change = 'refunded' as is_refunding,
    order_events.change = 'cancelled' as is_cancelling,
    order_events.occurred_at,
    {{ day_of('order_events.occurred_at') }} as occurred_on,
    order_events.user_id,
    order_events.anonymous_id,
    order_events.store_id,
    order_events.currency,
    coalesce(order_events.total, line_sums.revenue) as revenue,
    coalesce(order_events.total - line_sums.revenue, 0) as charges,
    coalesce(line_sums.discount, order_events.discount, 0) as discount,
    coalesce(line_sums.coupon_discount, order_events.coupon_discount, 0) as coupon_discount,
    coalesce(line_sums.count_lines, 0) as count_lines,
    coalesce(line_sums.count_items, 0) as count_items
from order_events
inner join moment on order_events.load_id <= moment.load_id
left join line_sums on order_events.message_id = line_sums.message_id
