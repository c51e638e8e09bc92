-- Rows dated at or after the end of the day, and misdated snapshots. One row per mart; null where it has no such column.
select
    'marts.orders' as part,
    count(*) filter (where ordered_at >= $as_of_at) as count_after,
    null::bigint as count_misdated,
    null::bigint as count_unobserved
from marts.orders
union all
select
    'marts.order_lines' as part,
    count(*) filter (where ordered_at >= $as_of_at) as count_after,
    null as count_misdated,
    null as count_unobserved
from marts.order_lines
union all
select
    'marts.messages' as part,
    count(*) filter (where occurred_at >= $as_of_at) as count_after,
    null as count_misdated,
    null as count_unobserved
from marts.messages
union all
select
    'marts.coupon_redemptions' as part,
    count(*) filter (where redeemed_at >= $as_of_at) as count_after,
    null as count_misdated,
    null as count_unobserved
from marts.coupon_redemptions
union all
select
    'marts.customers' as part,
    count(*) filter (where first_seen_at >= $as_of_at or last_order_at >= $as_of_at) as count_after,
    null as count_misdated,
    null as count_unobserved
from marts.customers
$snapshot_tables
