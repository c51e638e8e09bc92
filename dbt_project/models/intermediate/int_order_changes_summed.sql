{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_days('known_on') }}",
    indexes=[{'columns': ['known_on']}]
) }}

{%- set amounts = {
    'revenue': 'revenue - refunded',
    'refunded': 'refunded',
    'discount': 'discount + coupon_discount',
    'coupon_discount': 'coupon_discount',
    'items': 'count_items',
} -%}
{%- set counts = {
    'count_orders': 'true',
    'count_orders_valued': 'revenue - refunded is not null',
    'count_orders_with_discount': 'discount + coupon_discount > 0',
    'count_orders_with_coupon': 'coupon_discount > 0',
    'count_morning_orders': 'ordered_hour between 5 and 11',
    'count_afternoon_orders': 'ordered_hour between 12 and 16',
    'count_weekend_orders': 'extract(isodow from ordered_on) >= 6',
} %}

with changes as (

    select * from {{ ref('int_order_changes_known') }}
    where known_on >= {{ changed_on() }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

known as (

    select
        changes.*,
        extract(hour from changes.ordered_at at time zone 'UTC') as ordered_hour
    from changes
    inner join moment on changes.known_on <= moment.as_of

)

select
    customer_id,
    ordered_on,
    known_on,
    bool_or(is_order_new) as is_order_day,
    max(revenue) filter (where direction = 1)::double precision as largest_order
    {%- for name, amount in amounts.items() %},
    {{ to_units('sum(direction * (' ~ amount ~ '))') }} as {{ name }}_units
    {%- endfor %}
    {%- for name, condition in counts.items() %},
    coalesce(sum(direction) filter (where {{ condition }}), 0)::integer as {{ name }}
    {%- endfor %},
    sum(direction * count_lines)::integer as count_lines
from known
group by customer_id, ordered_on, known_on
