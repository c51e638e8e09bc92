with days as (

    select * from {{ ref('int_snapshot_days_listed') }}

)

select
    days.snapshot_on - days_ago as happened_on,
    days.snapshot_on,
    days_ago
from days
cross join generate_series(0, 363) as days_ago
