-- The newest day since $since that moves how long ago customers ordered: a peak, or the third in a row on which nobody could
-- order or hardly anybody did. At most one row.
with days as (
    select
        day,
        is_peak,
        not is_open or (usual_orders >= 5 and count_orders <= 0.1 * usual_orders) as is_silent
    from marts.days
),

runs as (
    select
        day,
        is_peak,
        coalesce(bool_and(is_silent) over (order by day rows 2 preceding), false) as is_silent
    from days
)

select
    day,
    is_peak
from runs
where day between $since and $as_of and (is_peak or is_silent)
order by day desc
limit 1
