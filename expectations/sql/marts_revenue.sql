-- Whether amounts of money are plausible and known. One row for all orders, one for each source of orders without an amount.
with orders as (
    select
        orders.*,
        events.source
    from marts.orders
    -- Where it is known, the source does not matter, and looking it up takes time.
    left join raw.events on orders.net_revenue is null and orders.message_id = events.message_id
    where not orders.is_cancelled
),

customers as (
    select
        customer_id,
        avg(net_revenue) as usual_revenue
    from orders
    group by customer_id
),

valued as (
    select
        orders.*,
        -- What an order of unknown amount may be worth: as much as its customer's others, or else anybody's.
        coalesce(
            orders.net_revenue, customers.usual_revenue, (select avg(net_revenue) from orders), 0
        ) as likely_revenue
    from orders
    inner join customers on orders.customer_id = customers.customer_id
),

unconverted as (
    select currency
    from orders
    where currency is not null
    group by currency
    having count(revenue) = 0
)

select
    'marts.orders' as part,
    count(*) filter (where net_revenue is null) as count_unknown,
    -- Of fewer than 100 orders, a few may well be a large part.
    case when count(*) >= 100 then count(*) filter (where net_revenue is null) / count(*)::double precision end
        as share_unknown,
    (sum(likely_revenue) filter (where net_revenue is null) / nullif(sum(likely_revenue), 0))::double precision
        as share_of_value_unknown,
    count(*) filter (where revenue < 0)::double precision / greatest(count(*), 1) as share_negative,
    case when count(*) >= 100 then max(revenue) / nullif(sum(revenue), 0) end::double precision as share_of_largest,
    (select count(*) from unconverted) as count_currencies
from valued
union all
select
    'orders from ' || source as part,
    count(*) as count_unknown,
    null as share_unknown,
    null as share_of_value_unknown,
    null as share_negative,
    null as share_of_largest,
    null as count_currencies
from valued
where source is not null
group by source
