with events as (

    select * from {{ source('raw', 'events') }}

),

-- A list, as the spec has it; a mapping of numbers to lines, as PHP writes lists; or either of them as text.
order_events as (

    select
        message_id,
        load_id,
        upper(left({{ json_text('properties', 'currency') }}, 12)) as currency,
        case
            when
                jsonb_typeof(properties -> 'products') = 'string'
                and pg_input_is_valid(properties ->> 'products', 'jsonb')
                then (properties ->> 'products')::jsonb
            else properties -> 'products'
        end as products
    from events
    where
        type = 'track'
        and event in (
            {{ names_of('Order Completed') }}, {{ names_of('Order Updated') }}, {{ names_of('Order Refunded') }}
        )

),

products as (

    select
        order_events.message_id,
        order_events.load_id,
        order_events.currency,
        product.line_number,
        product.line
    from order_events
    cross join lateral (
        select
            listed.line,
            listed.line_number
        from jsonb_array_elements(
            case jsonb_typeof(order_events.products) when 'array' then order_events.products else '[]' end
        ) with ordinality as listed (line, line_number)
        union all
        select
            mapped.line,
            mapped.line_number
        from jsonb_each(
            case jsonb_typeof(order_events.products) when 'object' then order_events.products else '{}' end
        ) with ordinality as mapped (name, line, line_number)
        where jsonb_typeof(mapped.line) = 'object'
    ) as product

),

typed as (

    select
        message_id,
        load_id,
        line_number,
        jsonb_typeof(line) = 'object' as is_readable,
        coalesce(
            {{ json_text('line', 'product_id') }},
            {{ json_text('line', 'productId') }},
            {{ json_text('line', 'sku') }},
            {{ json_text('line', 'name') }}
        ) as product_id,
        {{ json_text('line', 'brand') }} as brand,
        {{ json_text('line', 'category') }} as category,
        coalesce({{ json_text('line', 'department') }}, {{ json_text('line', 'category') }}) as department,
        case
            when {{ json_states('line', 'quantity') }} then {{ json_amount('line', 'quantity') }} else 1
        end as quantity,
        {{ json_states('line', 'total') }} as is_total_stated,
        {{ json_amount('line', 'price') }} as price,
        {{ json_amount('line', 'total') }} as total,
        coalesce(
            {{ json_amount_currency('line', 'total', 'currency') }},
            {{ json_amount_currency('line', 'price', 'currency') }}
        ) as currency,
        {{ json_amount('line', 'discount') }} as discount,
        {{ json_amount('line', 'coupon_discount') }} as coupon_discount
    from products

)

select
    message_id,
    load_id,
    line_number,
    is_readable,
    product_id,
    brand,
    category,
    department,
    quantity,
    case
        when is_total_stated then total
        -- A return, whichever of the two says so.
        when price < 0 and quantity < 0 then -price * quantity
        else price * quantity
    end as revenue,
    currency,
    discount,
    coupon_discount
from typed
