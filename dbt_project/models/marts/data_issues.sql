with order_events as (

    select * from {{ ref('int_order_events_parsed') }}

),

lines as (

    select * from {{ ref('int_order_lines_parsed') }}

),

orders as (

    select * from {{ ref('orders') }}

),

shared as (

    select * from {{ ref('int_order_numbers_shared') }}
    where is_known

),

customers as (

    select * from {{ ref('customers') }}

),

sightings as (

    select * from {{ ref('int_sightings_counted') }}

),

messages as (

    select * from {{ ref('messages') }}

),

names as (

    select * from {{ ref('int_event_names_counted') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

known_events as (

    select order_events.*
    from order_events
    inner join moment on order_events.occurred_at < moment.snapshot_at

),

with_content as (

    select distinct order_id
    from known_events
    where is_restating

),

found as (

    select
        'amount that cannot be read' as kind,
        order_id as subject,
        '"' || unread_total || '"' || {{ looks_like('unread_total') }} as detail,
        message_id,
        occurred_at,
        null::numeric as amount
    from known_events
    where unread_total is not null
    union all
    select
        'line without a usable amount' as kind,
        known_events.order_id || ', line ' || lines.line_number as subject,
        'product ' || coalesce(lines.product_id, 'without an id') as detail,
        known_events.message_id,
        known_events.occurred_at,
        null as amount
    from known_events
    inner join lines on known_events.message_id = lines.message_id
    where known_events.count_unvalued_lines > 0 and lines.is_readable and lines.revenue is null
    union all
    select
        'product that is no line' as kind,
        known_events.order_id || ', line ' || lines.line_number as subject,
        'a line is an object with product_id, price and quantity' as detail,
        known_events.message_id,
        known_events.occurred_at,
        null as amount
    from known_events
    inner join lines on known_events.message_id = lines.message_id
    where known_events.count_unread_lines > 0 and not lines.is_readable
    union all
    select
        case when is_refunding then 'refund in another currency' else 'amount in another currency' end as kind,
        order_id as subject,
        coalesce(total_currency, line_currency) || ' has no rate in lifecycle.yml (exchange_rates)' as detail,
        message_id,
        occurred_at,
        coalesce(total, line_total) as amount
    from known_events
    where
        coalesce(total, line_total) is not null
        and {{ exchange_rate('coalesce(total_currency, line_currency)') }} is null
    union all
    select
        'order without an amount' as kind,
        orders.order_id as subject,
        'neither a total nor lines with prices' as detail,
        orders.message_id,
        orders.ordered_at as occurred_at,
        null as amount
    from orders
    inner join known_events on orders.message_id = known_events.message_id
    where
        orders.net_revenue is null
        and not known_events.is_total_stated
        and known_events.line_total is null
        and known_events.count_unvalued_lines = 0
    union all
    select
        'order number of several customers' as kind,
        order_id as subject,
        count(distinct customer_id) || ' customers, each with an order of their own' as detail,
        min(message_id) as message_id,
        max(occurred_on)::timestamp at time zone 'UTC' as occurred_at,
        null as amount
    from shared
    where user_id is not null
    group by order_id, shop
    having count(distinct customer_id) > 1
    union all
    select
        'order event without its shop' as kind,
        order_id as subject,
        'several shops have an order of this number' as detail,
        message_id,
        occurred_on::timestamp at time zone 'UTC' as occurred_at,
        null as amount
    from shared
    where
        has_many_shops
        and message_id in (
            select order_events.message_id from order_events
            where order_events.shop is null
        )
    union all
    select
        'test order left out' as kind,
        order_id as subject,
        'its sender calls it a test' as detail,
        message_id,
        occurred_at,
        total as amount
    from known_events
    where is_test
    union all
    select
        'refund or change without its order' as kind,
        known_events.order_id as subject,
        'no order of this number has come' as detail,
        known_events.message_id,
        known_events.occurred_at,
        known_events.total as amount
    from known_events
    left join with_content on known_events.order_id = with_content.order_id
    where with_content.order_id is null
    union all
    select
        'ids that differ by case' as kind,
        min(customer_id) as subject,
        string_agg(customer_id, ', ' order by customer_id) as detail,
        null as message_id,
        max(first_seen_at) as occurred_at,
        null as amount
    from customers
    group by lower(customer_id)
    having count(*) > 1
    union all
    select
        'event before the history begins' as kind,
        coalesce(sightings.user_id, sightings.anonymous_id) as subject,
        sum(sightings.count_events) || ' of ' || min(sightings.occurred_on) || ', the history begins on '
        || min(moment.first_event_on) || ' (history_starts_on in lifecycle.yml says otherwise)' as detail,
        null as message_id,
        min(sightings.first_at) as occurred_at,
        null as amount
    from sightings
    inner join moment on sightings.occurred_on < moment.first_event_on
    group by coalesce(sightings.user_id, sightings.anonymous_id)
    union all
    select
        'opened by a machine' as kind,
        coalesce(campaign_id, channel) as subject,
        count(*) || ' opens count as no response' as detail,
        null as message_id,
        max(occurred_at) as occurred_at,
        null as amount
    from messages
    where is_machine
    group by coalesce(campaign_id, channel)
    union all
    select
        'order-like event that is not read' as kind,
        names.event as subject,
        sum(names.count_events) || ' came; event_names in lifecycle.yml says what it means' as detail,
        null as message_id,
        max(names.last_at) as occurred_at,
        null as amount
    from names
    where {{ is_unread_order('names') }}
    group by names.event
    union all
    select
        'visit of a crawler' as kind,
        event as subject,
        sum(count_events) || ' visits make no customer' as detail,
        null as message_id,
        max(last_at) as occurred_at,
        null as amount
    from names
    where is_crawler
    group by event
    {%- if not var('currency', none) %}
    union all
    select
        'currency chosen from the orders' as kind,
        coalesce(nullif(decided.currency, ''), 'no currency') as subject,
        case decided.currency
            when '' then
                'no order named one; amounts that do are unknown until currency in lifecycle.yml says which it is'
            else
                round(100 * decided.share) || ' % of the orders that name a currency are in it; revenue is counted in '
                || 'it from ' || decided.decided_at::date || ' on, unless currency in lifecycle.yml says otherwise'
        end as detail,
        null as message_id,
        decided.decided_at as occurred_at,
        null as amount
    from {{ brand_currencies() }} as decided
    {%- endif %}

)

select
    found.kind,
    found.subject,
    found.detail,
    events.source,
    found.message_id,
    found.occurred_at,
    found.amount
from found
left join {{ source('raw', 'events') }} as events on found.message_id = events.message_id
