with snapshots as (

    select * from {{ ref('int_snapshots_taken') }}

),

days as (

    select * from {{ ref('int_order_days_summed') }}

),

known as (

    select distinct
        snapshots.customer_id,
        snapshots.snapshot_on,
        days.ordered_on
    from snapshots
    inner join days
        on
            snapshots.customer_id = days.customer_id
            and snapshots.snapshot_on >= days.known_on
            and snapshots.snapshot_on < days.known_until_on

),

gaps as (

    select
        customer_id,
        snapshot_on,
        ordered_on,
        ordered_on - lag(ordered_on) over (partition by customer_id, snapshot_on order by ordered_on) as gap_days
    from known

)

select
    customer_id,
    snapshot_on,
    array_agg(gap_days order by ordered_on) as gaps_days,
    count(*) as count_gaps,
    percentile_cont(0.5) within group (order by gap_days) as usual_gap_days,
    avg(gap_days)::double precision as mean_gap_days,
    stddev_samp(gap_days)::double precision as gap_deviation_days,
    max(gap_days) as longest_gap_days
from gaps
where gap_days is not null
group by customer_id, snapshot_on
