with order_events as (

    select * from {{ ref('int_order_events_parsed') }}

),

numbered as (

    select
        *,
        change in ('completed', 'updated') as is_restating,
        count(*) filter (where change in ('completed', 'updated')) over history as content_number,
        coalesce(
            min(occurred_at) filter (where change = 'completed') over history, min(occurred_at) over history
        ) as ordered_at,
        bool_or(change = 'cancelled') over history as is_cancelled,
        row_number() over history as version,
        lead((occurred_at at time zone 'UTC')::date, 1, 'infinity') over history as known_until_on
    from order_events
    window history as (partition by order_id order by occurred_at, message_id)

),

contents as (

    select * from numbered
    where is_restating

),

refunds as (

    select
        numbered.order_id,
        numbered.version,
        sum(coalesce(numbered.revenue, contents.revenue)) filter (where numbered.change = 'refunded')
            over (partition by numbered.order_id order by numbered.version) as refunded
    from numbered
    inner join contents
        on numbered.order_id = contents.order_id and numbered.content_number = contents.content_number
    where numbered.order_id in (select order_id from order_events where change = 'refunded')

)

select
    numbered.order_id,
    numbered.version,
    (numbered.occurred_at at time zone 'UTC')::date as known_on,
    numbered.known_until_on,
    contents.message_id,
    contents.user_id,
    contents.anonymous_id,
    numbered.ordered_at,
    (numbered.ordered_at at time zone 'UTC')::date as ordered_on,
    coalesce(contents.revenue, 0) as revenue,
    contents.charges,
    contents.discount,
    contents.coupon_discount,
    least(coalesce(refunds.refunded, 0), coalesce(contents.revenue, 0)) as refunded,
    contents.count_lines,
    contents.count_items,
    contents.store_id,
    contents.currency,
    numbered.is_cancelled
from numbered
inner join contents
    on numbered.order_id = contents.order_id and numbered.content_number = contents.content_number
left join refunds on numbered.order_id = refunds.order_id and numbered.version = refunds.version
where (numbered.occurred_at at time zone 'UTC')::date < numbered.known_until_on
