with moment as (

    select * from {{ ref('int_moment_fixed') }}

),

days as (

    select
        series.day::date as snapshot_on,
        moment.as_of
    from moment
    cross join lateral generate_series(
        moment.first_event_on::timestamp, moment.as_of::timestamp, interval '1 day'
    ) as series (day)

)

select
    snapshot_on,
    (snapshot_on + 1)::timestamp at time zone 'UTC' as snapshot_at,
    extract(isodow from snapshot_on) = 7 as is_weekly
from days
where extract(isodow from snapshot_on) = 7 or snapshot_on = as_of
