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
        case
            when event in ({{ names_of('Order Completed') }}) then 'completed'
            when event in ({{ names_of('Order Updated') }}) then 'updated'
            when event in ({{ names_of('Order Refunded') }}) then 'refunded'
            when event in ({{ names_of('Order Cancelled') }}) then 'cancelled'
        end as change,
        properties,
        case
            when {{ json_states('properties', 'total') }} then 'total'
            when {{ json_states('properties', 'revenue') }} then 'revenue'
            when {{ json_states('properties', 'value') }} then 'value'
        end as total_key,
        upper(left({{ json_text('properties', 'currency') }}, 12)) as currency
    from events
    where
        type = 'track'
        and event in (
            {{ names_of('Order Completed') }},
            {{ names_of('Order Updated') }},
            {{ names_of('Order Refunded') }},
            {{ names_of('Order Cancelled') }}
        )

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
        {{ json_text('properties', var('shop')) }} as shop,
        lower({{ json_text('properties', 'test') }}) in ('true', '1', 'yes') as is_test,
        total_key is not null as is_total_stated,
        left(properties ->> total_key, 60) as total_text,
        case total_key
            when 'total' then {{ json_amount('properties', 'total') }}
            when 'revenue' then {{ json_amount('properties', 'revenue') }}
            when 'value' then {{ json_amount('properties', 'value') }}
        end as total,
        case total_key
            when 'total' then {{ json_amount_currency('properties', 'total', 'currency') }}
            when 'revenue' then {{ json_amount_currency('properties', 'revenue', 'currency') }}
            when 'value' then {{ json_amount_currency('properties', 'value', 'currency') }}
        end as total_currency,
        {{ json_amount('properties', 'refunded_total') }} as refunded_total,
        {{ json_amount('properties', 'discount') }} as discount,
        {{ json_amount('properties', 'coupon_discount') }} as coupon_discount,
        coalesce(
            {{ json_text('properties', 'store_id') }}, {{ json_text('properties', 'affiliation') }}
        ) as store_id,
        currency
    from order_events

)

select
    message_id,
    load_id,
    user_id,
    anonymous_id,
    occurred_at,
    change,
    order_id,
    shop,
    coalesce(is_test, false) as is_test,
    is_total_stated,
    case when is_total_stated and total is null then total_text end as unread_total,
    total,
    coalesce(total_currency, currency) as total_currency,
    refunded_total,
    discount,
    coupon_discount,
    store_id,
    currency
from typed
