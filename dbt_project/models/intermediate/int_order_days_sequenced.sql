{%- set remembered_gaps = 12 -%}

with changes as (

    select * from {{ ref('int_order_changes_summed') }}

),

days_counted as (

    select * from {{ ref('int_days_counted') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

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

counted as (

    select
        known_days.*,
        -- Whoever ordered before the history begins ordered on a day that was open.
        coalesce(days_counted.open_day_number, known_days.ordered_on - moment.first_event_on + 1) as open_day_number
    from known_days
    cross join moment
    left join days_counted on known_days.ordered_on = days_counted.day

),

days as (

    select
        sequences.customer_id,
        sequences.known_on,
        sequences.known_until_on,
        counted.order_known_on,
        counted.ordered_on,
        counted.open_day_number,
        row_number() over history as day_number,
        case
            when lag(counted.open_day_number) over history is not null
                -- An order on a closed day comes a day after the one before it.
                then greatest(1, counted.open_day_number - lag(counted.open_day_number) over history)::int
        end as gap_days
    from sequences
    inner join counted
        on
            sequences.customer_id = counted.customer_id
            and sequences.known_until_on > counted.order_known_on
    window history as (
        partition by sequences.customer_id, sequences.known_on order by counted.ordered_on
    )

),

remembered as (

    select
        *,
        array_remove(array_agg(gap_days) over latest_gaps, null) as remembered_gaps,
        min(ordered_on) over whole_history as first_ordered_on,
        min(open_day_number) over whole_history as first_open_day_number,
        max(gap_days) over whole_history as longest_gap_days,
        avg(gap_days) over latest_gaps as mean_gap_days,
        stddev_samp(gap_days) over latest_gaps as gap_deviation_days,
        avg(gap_days) over latest_three_gaps as latest_gaps_days
    from days
    window
        whole_history as (partition by customer_id, known_on order by day_number),
        latest_gaps as (whole_history rows {{ remembered_gaps - 1 }} preceding),
        latest_three_gaps as (whole_history rows 2 preceding)

)

select
    remembered.*,
    usual.quantiles[1] as usual_gap_days,
    usual.quantiles[2] as long_gap_days
from remembered
cross join lateral (
    select percentile_cont(array[0.5, 0.9]) within group (order by gap_days) as quantiles
    from unnest(remembered.remembered_gaps) as gap (gap_days)
) as usual
