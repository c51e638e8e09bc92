with events as (

    select * from {{ source('raw', 'events') }}

),

order_events as (

    select
        message_id,
        load_id,
        user_id,
        anonymous_id,
        occurred_at,
        lower(split_part(event, ' ', 2)) as change,
        properties
    from events
    where
        type = 'track'
        and event in ('Order Completed', 'Order Updated', 'Order Refunded', 'Order Cancelled')

),

typed as (

    select
        message_id,
        load_id,
        user_id,
        anonymous_id,
        occurred_at,
        change,
        coalesce({{ json_text('properties', 'order_id') }}, message_id) as order_id,
        coalesce(
            {{ json_number('properties', 'total') }},
            {{ json_number('properties', 'revenue') }},
            {{ json_number('properties', 'value') }}
        ) as total,
        {{ json_number('properties', 'discount') }} as discount,
        {{ json_number('properties', 'coupon_discount') }} as coupon_discount,
        coalesce(
            {{ json_text('properties', 'store_id') }}, {{ json_text('properties', 'affiliation') }}
        ) as store_id,
        {{ json_text('properties', 'currency') }} as currency
    from order_events

)

select * from typed
