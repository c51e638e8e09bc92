with events as (

    select * from {{ source('raw', 'events') }}

),

products as (

    select
        events.message_id,
        events.load_id,
        product.line_number,
        product.line
    from events
    cross join lateral jsonb_array_elements({{ json_list('events.properties', 'products') }})
        with ordinality as product (line, line_number)
    where
        events.type = 'track'
        and events.event in ('Order Completed', 'Order Updated', 'Order Refunded')

),

typed as (

    select
        message_id,
        load_id,
        line_number,
        coalesce(
            {{ json_text('line', 'product_id') }}, {{ json_text('line', 'sku') }}, {{ json_text('line', 'name') }}
        ) as product_id,
        {{ json_text('line', 'brand') }} as brand,
        {{ json_text('line', 'category') }} as category,
        coalesce({{ json_text('line', 'department') }}, {{ json_text('line', 'category') }}) as department,
        coalesce({{ json_number('line', 'quantity') }}, 1) as quantity,
        {{ json_number('line', 'price') }} as price,
        {{ json_number('line', 'total') }} as total,
        {{ json_number('line', 'discount') }} as discount,
        {{ json_number('line', 'coupon_discount') }} as coupon_discount
    from products

)

select
    message_id,
    load_id,
    line_number,
    product_id,
    brand,
    category,
    department,
    quantity,
    coalesce(total, price * quantity, 0) as revenue,
    discount,
    coupon_discount
from typed
