{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots() }}",
    indexes=[{'columns': ['snapshot_on', 'customer_id']}]
) }}

{%- set windows_days = [7, 14, 28, 56] -%}
{%- set amounts = ['discount', 'coupon_discount', 'items'] -%}
{%- set counts = [
    'count_orders', 'count_orders_valued', 'count_orders_with_discount', 'count_orders_with_coupon', 'count_morning_orders',
    'count_afternoon_orders', 'count_weekend_orders', 'count_lines',
] %}

with changes as (

    select * from {{ ref('int_order_changes_summed') }}

),

days as (

    select * from {{ ref('int_days_looked_back') }}
    where days_ago < 91 and snapshot_on >= {{ changed_on() }}

)

select
    changes.customer_id,
    days.snapshot_on
    {%- for window in windows_days %},
    coalesce(sum(changes.count_orders) filter (where days.days_ago < {{ window }}), 0) as count_orders_{{ window }}d,
    {{ known_amount('revenue', 'filter (where days.days_ago < ' ~ window ~ ')') }} as revenue_{{ window }}d
    {%- endfor %},
    count(distinct changes.ordered_on) filter (where changes.is_order_day and days.days_ago < 28)
        as count_order_days_28d,
    count(distinct changes.ordered_on) filter (where changes.is_order_day) as count_order_days_91d,
    bit_count(bit_or(1 << (days.days_ago / 7)) filter (where changes.is_order_day)::bit(32)) as count_order_weeks_91d
    {%- for name in counts %},
    sum(changes.{{ name }}) as {{ name }}_91d
    {%- endfor %}
    {%- for name in ['revenue', 'refunded'] %},
    {{ known_amount(name) }} as {{ name }}_91d
    {%- endfor %}
    {%- for name in amounts %},
    {{ from_units('sum(changes.' ~ name ~ '_units)') }} as {{ name }}_91d
    {%- endfor %}
from changes
inner join days on changes.ordered_on = days.happened_on and changes.known_on <= days.snapshot_on
group by changes.customer_id, days.snapshot_on
