{{ config(
    materialized='incremental',
    incremental_strategy='append',
    indexes=[{'columns': ['order_id']}]
) }}

with order_events as (

    select * from {{ ref('stg_raw__order_events') }}
    where load_id > {{ newest_load_built() }}

),

lines as (

    select * from {{ ref('int_order_lines_parsed') }}
    where load_id > {{ newest_load_built() }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

line_sums as (

    select
        message_id,
        count(*) filter (where is_readable) as count_lines,
        count(*) filter (where not is_readable) as count_unread_lines,
        count(*) filter (where is_readable and revenue is null) as count_unvalued_lines,
        sum(quantity) filter (where is_readable) as count_items,
        sum(revenue) as revenue,
        max(currency) as currency,
        sum(abs(discount)) as discount,
        sum(abs(coupon_discount)) as coupon_discount
    from lines
    group by message_id

),

valued as (

    select
        order_events.*,
        line_sums.currency as currency_of_lines,
        -- What its lines add up to is known once each of them is.
        case
            when line_sums.count_unvalued_lines = 0 and line_sums.count_lines > 0 then line_sums.revenue
        end as line_total,
        -- Some shops write discounts as what they take off.
        coalesce(line_sums.discount, abs(order_events.discount)) as any_discount,
        coalesce(line_sums.coupon_discount, abs(order_events.coupon_discount)) as any_coupon_discount,
        coalesce(line_sums.count_lines, 0) as count_lines,
        coalesce(line_sums.count_items, 0) as count_items,
        coalesce(line_sums.count_unread_lines, 0) as count_unread_lines,
        coalesce(line_sums.count_unvalued_lines, 0) as count_unvalued_lines
    from order_events
    inner join moment on order_events.load_id <= moment.load_id
    left join line_sums on order_events.message_id = line_sums.message_id

)

select
    message_id,
    load_id,
    order_id,
    shop,
    is_test,
    -- An order of less than nothing is a return.
    change in ('completed', 'updated') and coalesce(total, line_total, 0) >= 0 as is_restating,
    change = 'refunded' or (change <> 'cancelled' and coalesce(total, line_total, 0) < 0) as is_refunding,
    change = 'cancelled' as is_cancelling,
    occurred_at,
    {{ day_of('occurred_at') }} as occurred_on,
    user_id,
    anonymous_id,
    store_id,
    currency,
    is_total_stated,
    unread_total,
    total,
    total_currency,
    refunded_total,
    line_total,
    coalesce(currency_of_lines, currency) as line_currency,
    any_discount as discount,
    any_coupon_discount as coupon_discount,
    count_lines,
    count_items,
    count_unread_lines,
    count_unvalued_lines
from valued
