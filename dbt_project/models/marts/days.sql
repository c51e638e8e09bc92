{#- A day is compared with the open days of so many days before it, and with so many of the latest of them. -#}
{%- set compared_days = 56 -%}
{%- set latest_open_days = 7 -%}
{%- set peak_factor = 5 -%}
{%- set peak_orders = 20 -%}

with days as (

    select * from {{ ref('int_days_counted') }}

),

versions as (

    select * from {{ ref('int_orders_versioned') }}

),

-- As known at the end of the day on which it was placed, so that later changes make no other past.
placed as (

    select
        ordered_on,
        count(*) as count_orders
    from versions
    where known_on = ordered_on and not is_test and not is_cancelled
    group by ordered_on

),

counted as (

    select
        days.day,
        days.is_open,
        days.open_day_number,
        coalesce(placed.count_orders, 0) as count_orders,
        days.open_day_number - days.is_open::integer as last_open_day_number
    from days
    left join placed on days.day = placed.ordered_on

),

usual as (

    select
        counted.day,
        percentile_cont(0.5) within group (order by earlier.count_orders) as usual_orders,
        percentile_cont(0.5) within group (order by earlier.count_orders) filter (
            where earlier.open_day_number > counted.last_open_day_number - {{ latest_open_days }}
        ) as latest_orders
    from counted
    inner join counted as earlier
        on earlier.is_open and earlier.day between counted.day - {{ compared_days }} and counted.day - 1
    group by counted.day
    having count(*) >= {{ latest_open_days }}

)

select
    counted.day,
    counted.is_open,
    counted.open_day_number,
    counted.count_orders,
    usual.usual_orders,
    coalesce(
        counted.count_orders >= {{ peak_orders }}
        and counted.count_orders > {{ peak_factor }} * greatest(usual.usual_orders, usual.latest_orders),
        false
    ) as is_peak
from counted
left join usual on counted.day = usual.day
