with orders as (

    select * from {{ ref('orders') }}

),

lines as (

    select
        order_key,
        count(*) as count_lines,
        coalesce(sum(quantity), 0) as count_items,
        case when count(revenue) = count(*) then sum(revenue) end as revenue
    from {{ ref('order_lines') }}
    group by order_key

)

-- An order without lines, or with one of unknown worth, states its own amount.
select
    coalesce(orders.order_key, lines.order_key) as order_key,
    orders.revenue,
    lines.revenue as revenue_of_lines
from orders
full join lines on orders.order_key = lines.order_key
where
    orders.order_key is null
    or orders.count_lines <> coalesce(lines.count_lines, 0)
    or orders.count_items <> coalesce(lines.count_items, 0)
    or orders.revenue <> lines.revenue + orders.charges
