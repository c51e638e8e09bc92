-- Whether orders can be valued, from a sample of at most some 20,000. One row for all orders, one for those new since
-- the last good run.
with orders as (
    select
        message_id,
        load_id > $since_load as is_new
    from raw.events
    where event = 'Order Completed' and occurred_at < $as_of_at
),

parts as (
    select
        'all orders' as part,
        0 as above_load,
        count(*) as count_orders
    from orders
    union all
    select
        'orders since the last good run' as part,
        $since_load as above_load,
        count(*) as count_orders
    from orders
    where is_new
),

sampled as (
    select
        parts.part,
        content.*,
        coalesce(content.total, content.revenue, content.value) as worth
    from parts
    inner join raw.events
        on events.event = 'Order Completed'
            and events.occurred_at < $as_of_at
            and events.load_id > parts.above_load
            and mod(abs(hashtext(events.message_id)::bigint), greatest(1, parts.count_orders / 20000)) < 1
    cross join lateral jsonb_to_record(events.properties)
        as content (order_id text, products jsonb, total jsonb, revenue jsonb, value jsonb)
),

parsed as (
    select
        part,
        coalesce(order_id, '') != '' as has_id,
        coalesce(products not in ('[]', '{}', '""', 'null'), false) as has_products,
        coalesce(jsonb_typeof(worth) = 'number' or (jsonb_typeof(worth) = 'string' and worth #>> '{}' ~ '[0-9]'), false) as has_total,
        coalesce(jsonb_typeof(worth) = 'number' and worth < '0', false) as is_negative
    from sampled
)

select
    part,
    avg(has_products::integer)::double precision as share_with_products,
    -- Of fewer than 100 orders, a few are a large share.
    case when count(*) >= 100 then avg((has_products or has_total)::integer) end::double precision as share_with_worth_of_many,
    case when count(*) >= 100 then avg(has_id::integer) end::double precision as share_with_id_of_many,
    avg(is_negative::integer)::double precision as share_negative
from parsed
group by part
