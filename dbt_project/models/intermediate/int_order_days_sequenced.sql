{%- set remembered_gaps = 12 -%}

with changes as (

    select * from {{ ref('int_order_changes_summed') }}

),

days as (

    select
        customer_id,
        ordered_on,
        row_number() over history as day_number,
        ordered_on - lag(ordered_on) over history as gap_days
    from changes
    where is_order_day
    window history as (partition by customer_id order by ordered_on)

),

gaps_before as (

    select
        days.customer_id,
        later_number as day_number,
        days.gap_days
    from days
    cross join lateral generate_series(
        days.day_number, days.day_number + {{ remembered_gaps - 1 }}
    ) as later_number
    where days.gap_days is not null

),

usual_gaps as (

    select
        customer_id,
        day_number,
        percentile_cont(0.5) within group (order by gap_days) as usual_gap_days
    from gaps_before
    group by customer_id, day_number

)

select
    days.customer_id,
    days.ordered_on,
    days.day_number,
    days.gap_days,
    usual_gaps.usual_gap_days,
    min(days.ordered_on) over whole_history as first_ordered_on,
    max(days.gap_days) over whole_history as longest_gap_days,
    avg(days.gap_days) over latest_gaps as mean_gap_days,
    stddev_samp(days.gap_days) over latest_gaps as gap_deviation_days,
    avg(days.gap_days) over latest_three_gaps as latest_gaps_days
from days
left join usual_gaps
    on days.customer_id = usual_gaps.customer_id and days.day_number = usual_gaps.day_number
window
    whole_history as (partition by days.customer_id order by days.day_number),
    latest_gaps as (whole_history rows {{ remembered_gaps - 1 }} preceding),
    latest_three_gaps as (whole_history rows 2 preceding)
