{%- set remembered_gaps = 12 -%}

with changes as (

    select * from {{ ref('int_order_changes_summed') }}

),

known_days as (

    select
        customer_id,
        ordered_on,
        min(known_on) as order_known_on
    from changes
    where is_order_day
    group by customer_id, ordered_on

),

-- A day with an order that becomes known later, with its visitor's identity, takes its place between the others.
beginnings as (

    select distinct
        customer_id,
        case when order_known_on > ordered_on then order_known_on else '-infinity' end as known_on
    from known_days

),

sequences as (

    select
        customer_id,
        known_on,
        lead(known_on, 1, 'infinity') over (partition by customer_id order by known_on) as known_until_on
    from beginnings

),

days as (

    select
        sequences.customer_id,
        sequences.known_on,
        sequences.known_until_on,
        known_days.order_known_on,
        known_days.ordered_on,
        row_number() over history as day_number,
        known_days.ordered_on - lag(known_days.ordered_on) over history as gap_days
    from sequences
    inner join known_days
        on
            sequences.customer_id = known_days.customer_id
            and sequences.known_until_on > known_days.order_known_on
    window history as (
        partition by sequences.customer_id, sequences.known_on order by known_days.ordered_on
    )

),

gaps_before as (

    select
        days.customer_id,
        days.known_on,
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
        known_on,
        day_number,
        percentile_cont(0.5) within group (order by gap_days) as usual_gap_days
    from gaps_before
    group by customer_id, known_on, day_number

)

select
    days.customer_id,
    days.known_on,
    days.known_until_on,
    days.order_known_on,
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
    on
        days.customer_id = usual_gaps.customer_id
        and days.known_on = usual_gaps.known_on
        and days.day_number = usual_gaps.day_number
window
    whole_history as (partition by days.customer_id, days.known_on order by days.day_number),
    latest_gaps as (whole_history rows {{ remembered_gaps - 1 }} preceding),
    latest_three_gaps as (whole_history rows 2 preceding)
