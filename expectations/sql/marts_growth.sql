-- Rows now against those of the last good run. One row per mart.
with before as (
    select statistics -> 'rows' as count_rows
    from gate.runs
    where gate_run_id = $baseline
),

counted as (
    $counted
)

select
    counted.part,
    counted.count_rows,
    counted.count_rows / nullif((before.count_rows ->> counted.part)::double precision, 0) as share_of_last_time,
    -- Labels begin with nothing and then come week by week.
    case
        when not starts_with(counted.part, 'marts.label_')
            then counted.count_rows / nullif((before.count_rows ->> counted.part)::double precision, 0)
    end as growth
from counted
cross join before
