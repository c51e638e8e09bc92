with orders as (

    select * from {{ ref('int_orders_resolved') }}
    where not is_cancelled

)

select
    customer_id,
    ordered_on,
    known_on,
    known_until_on,
    count(*) as count_orders,
    sum(revenue - refunded) as revenue,
    sum(refunded) as refunded,
    sum(discount + coupon_discount) as discount,
    sum(coupon_discount) as coupon_discount,
    max(revenue - refunded) as largest_order,
    sum(count_lines) as count_lines,
    sum(count_items) as count_items,
    count(*) filter (where coupon_discount > 0) as count_orders_with_coupon,
    count(*) filter (where discount + coupon_discount > 0) as count_orders_with_discount,
    count(*) filter (where extract(hour from ordered_at at time zone 'UTC') between 5 and 11) as count_morning_orders,
    count(*) filter (where extract(hour from ordered_at at time zone 'UTC') between 12 and 16) as count_afternoon_orders,
    count(*) filter (where extract(isodow from ordered_on) >= 6) as count_weekend_orders
from orders
group by customer_id, ordered_on, known_on, known_until_on
