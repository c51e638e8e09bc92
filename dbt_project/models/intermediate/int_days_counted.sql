with moment as (

    select * from {{ ref('int_moment_fixed') }}

),

closed_ranges as (

    {{ closed_ranges() }}

),

days as (

    select series.day::date as day
    from moment
    cross join lateral generate_series(
        moment.first_event_on::timestamp, moment.as_of::timestamp, interval '1 day'
    ) as series (day)

),

opened as (

    select
        day,
        {{ is_open('day') }} as is_open
    from days

)

select
    day,
    is_open,
    count(*) filter (where is_open) over (order by day) as open_day_number
from opened
