with orders as (

    select * from {{ ref('orders') }}

),

lines as (

    select
        order_id,
        count(*) as count_lines,
        sum(quantity) as count_items,
        sum(revenue) as revenue,
        sum(discount) as discount,
        sum(coupon_discount) as coupon_discount
    from {{ ref('order_lines') }}
    group by order_id

)

-- An order without lines, or whose lines carry no discounts, states its own amounts.
select
    coalesce(orders.order_id, lines.order_id) as order_id,
    orders.revenue,
    lines.revenue as revenue_of_lines
from orders
full join lines on orders.order_id = lines.order_id
where
    orders.order_id is null
    or orders.count_lines <> coalesce(lines.count_lines, 0)
    or (
        lines.order_id is not null
        and (
            orders.revenue <> lines.revenue + orders.charges
            or orders.count_items <> lines.count_items
            or (lines.discount <> 0 and orders.discount <> lines.discount)
            or (lines.coupon_discount <> 0 and orders.coupon_discount <> lines.coupon_discount)
        )
    )
