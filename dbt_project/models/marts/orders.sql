with orders as (

    select * from {{ ref('int_orders_resolved') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select
    orders.order_id,
    orders.customer_id,
    orders.message_id,
    orders.ordered_at,
    orders.store_id,
    orders.currency,
    orders.revenue,
    orders.charges,
    orders.discount,
    orders.coupon_discount,
    orders.refunded,
    orders.count_lines,
    orders.count_items,
    orders.is_cancelled
from orders
inner join moment on orders.known_until_on > moment.as_of
