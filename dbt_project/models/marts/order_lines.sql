with orders as (

    select * from {{ ref('orders') }}

),

lines as (

    select * from {{ ref('int_order_lines_parsed') }}

)

select
    orders.order_id || '-' || lines.line_number as order_line_id,
    orders.order_id,
    orders.customer_id,
    orders.message_id,
    orders.ordered_at,
    lines.product_id,
    lines.brand,
    lines.category,
    lines.department,
    lines.quantity,
    lines.revenue,
    coalesce(lines.discount, 0) as discount,
    coalesce(lines.coupon_discount, 0) as coupon_discount
from lines
inner join orders on lines.message_id = orders.message_id
