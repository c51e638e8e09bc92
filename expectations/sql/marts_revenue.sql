-- Whether amounts of money are plausible. One row.
select
    'marts.orders' as part,
    count(*) filter (where revenue is null) as count_without_revenue,
    count(*) filter (where revenue < 0)::double precision / greatest(count(*), 1) as share_negative,
    -- Of fewer than 100 orders, one may well be a large part.
    case when count(*) >= 100 then max(revenue) / nullif(sum(revenue), 0) end::double precision as share_of_largest,
    count(distinct currency) as count_currencies
from marts.orders
where not is_cancelled
