{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_renamed_orders() }}",
    indexes=[{'columns': ['order_line_id'], 'unique': true}, {'columns': ['order_id']}]
) }}

with orders as (

    select * from {{ ref('orders') }}

),

versions as (

    select * from {{ ref('int_orders_versioned') }}

),

lines as (

    select * from {{ ref('int_order_lines_parsed') }}

),

changed as (

    select distinct order_id
    from versions
    where known_on >= {{ renamed_on() }}

)

select
    orders.order_key || '-' || lines.line_number as order_line_id,
    orders.order_key,
    orders.order_id,
    orders.customer_id,
    orders.ordered_at,
    lines.product_id,
    lines.brand,
    lines.category,
    lines.department,
    lines.quantity,
    lines.revenue * orders.line_rate as revenue,
    coalesce(abs(lines.discount) * orders.line_rate, 0) as discount,
    coalesce(abs(lines.coupon_discount) * orders.line_rate, 0) as coupon_discount
from orders
inner join changed on orders.order_id = changed.order_id
inner join lines on orders.message_id = lines.message_id and lines.is_readable
