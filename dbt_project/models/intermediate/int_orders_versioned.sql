{{ config(
    materialized='incremental',
    incremental_strategy='delete+insert',
    unique_key='order_id',
    indexes=[{'columns': ['order_id']}, {'columns': ['known_on']}]
) }}

{#- What an event does not say stays as the last one that did had it. -#}
{%- set stays = ['shop', 'store_id', 'currency', 'discount', 'coupon_discount', 'refunded_total'] %}

with order_events as (

    select * from {{ ref('int_order_events_parsed') }}

),

shared as (

    select * from {{ ref('int_order_numbers_shared') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

changed_orders as (

    select order_id
    from order_events
    where load_id > {{ newest_load_built() }}
    union
    select shared.order_id
    from shared
    cross join moment
    where shared.is_regrouped or shared.occurred_on > least(moment.as_of, {{ day_built() }})

),

numbered as (

    select
        order_events.*,
        coalesce(shared.order_key, order_events.order_id) as order_key,
        row_number() over history as version,
        lead(order_events.occurred_on, 1, 'infinity') over history as known_until_on
    from order_events
    inner join changed_orders on order_events.order_id = changed_orders.order_id
    left join shared on order_events.message_id = shared.message_id
    window history as (
        partition by coalesce(shared.order_key, order_events.order_id)
        order by order_events.occurred_at, order_events.message_id
    )

),

counted as (

    select
        numbered.*,
        min(version) filter (where is_restating) over history as placed_version,
        max(version) filter (where is_restating and is_total_stated) over history as total_version,
        max(version) filter (where is_restating and count_lines > 0) over history as lines_version,
        bool_or(is_cancelling or is_test) over history as is_called_off,
        bool_or(is_test) over history as is_only_test,
        count(user_id) over history as nth_user
        {%- for column in stays %},
        count({{ column }}) filter (where not is_refunding) over history as nth_{{ column }}
        {%- endfor %}
    from numbered
    window history as (partition by order_key order by version)

),

filled as (

    select
        counted.*,
        case
            when nth_user > 0 then min(user_id) filter (where nth_user = 1) over (partition by order_key)
        end as first_user_id
        {%- for column in stays %},
        min({{ column }}) filter (where not is_refunding) over (
            partition by order_key, nth_{{ column }}
        ) as last_{{ column }}
        {%- endfor %}
    from counted

),

valued as (

    select
        filled.*,
        total * {{ exchange_rate('coalesce(total_currency, last_currency)') }} as value_of_total,
        {{ exchange_rate('coalesce(line_currency, last_currency)') }} as line_rate,
        {{ exchange_rate('last_currency') }} as rate
    from filled

),

-- A refund in a currency that cannot be compared with its order's takes nothing off; one that cannot be read makes
-- unknown what is left.
refunds as (

    select
        order_key,
        version,
        is_refunding and not is_total_stated and count_lines = 0 as is_full,
        is_refunding and (is_total_stated or count_lines > 0) and unread_total is null
        and {{ exchange_rate('coalesce(total_currency, line_currency, last_currency)') }} is null as is_foreign,
        case
            when is_refunding and is_total_stated then abs(value_of_total)
            when is_refunding and count_lines > 0 then abs(line_total * line_rate)
        end as refunded,
        is_refunding and (is_total_stated or count_lines > 0) as is_partial
    from valued

),

refunded_so_far as (

    select
        order_key,
        version,
        bool_or(is_full) over history as is_full,
        coalesce(sum(refunded) over history, 0) as refunded,
        bool_or(is_partial and refunded is null and not is_foreign) over history as is_unknown
    from refunds
    window history as (partition by order_key order by version)

),

contents as (

    select
        valued.*,
        totals.value_of_total as stated_total,
        totals.total_currency as stated_currency,
        totals_lines.line_total * totals_lines.line_rate as line_total_of_total,
        lines.line_total * lines.line_rate as line_total_now,
        lines.line_rate as line_rate_now,
        lines.message_id as lines_message_id,
        coalesce(lines.count_lines, 0) as count_lines_now,
        coalesce(lines.count_items, 0) as count_items_now,
        placed.message_id as placed_message_id,
        placed.anonymous_id as placed_anonymous_id,
        placed.occurred_at as ordered_at,
        placed.occurred_on as ordered_on
    from valued
    inner join valued as placed on valued.order_key = placed.order_key and valued.placed_version = placed.version
    left join valued as totals on valued.order_key = totals.order_key and valued.total_version = totals.version
    left join valued as totals_lines
        on totals.order_key = totals_lines.order_key and totals.lines_version = totals_lines.version
    left join valued as lines on valued.order_key = lines.order_key and valued.lines_version = lines.version

),

-- The total last stated; lines stated since then add up with the charges (shipping, tax) that it had beyond its own.
amounts as (

    select
        contents.*,
        case
            when total_version is null then line_total_now
            when lines_version is null or lines_version <= total_version then stated_total
            when stated_total is null then null
            else line_total_now + coalesce(stated_total - line_total_of_total, 0)
        end as revenue
    from contents

)

select
    amounts.order_id,
    amounts.order_key,
    amounts.last_shop as shop,
    amounts.version,
    amounts.occurred_on as known_on,
    amounts.known_until_on,
    coalesce(amounts.lines_message_id, amounts.placed_message_id) as message_id,
    amounts.first_user_id as user_id,
    amounts.placed_anonymous_id as anonymous_id,
    amounts.ordered_at,
    amounts.ordered_on,
    amounts.revenue,
    coalesce(amounts.revenue - amounts.line_total_now, 0) as charges,
    coalesce(amounts.last_discount * amounts.rate, 0) as discount,
    coalesce(amounts.last_coupon_discount * amounts.rate, 0) as coupon_discount,
    case
        when amounts.revenue is null then null
        when refunds.is_full then greatest(amounts.revenue, 0)
        when refunds.is_unknown then null
        else least(
            greatest(refunds.refunded, abs(amounts.last_refunded_total * amounts.rate)), greatest(amounts.revenue, 0)
        )
    end as refunded,
    amounts.line_rate_now as line_rate,
    amounts.count_lines_now as count_lines,
    amounts.count_items_now as count_items,
    amounts.last_store_id as store_id,
    coalesce(amounts.stated_currency, amounts.last_currency) as currency,
    amounts.is_called_off as is_cancelled,
    amounts.is_only_test as is_test
from amounts
inner join refunded_so_far as refunds on amounts.order_key = refunds.order_key and amounts.version = refunds.version
where amounts.known_until_on > amounts.occurred_on
