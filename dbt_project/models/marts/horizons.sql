with horizons as (

    select * from {{ ref('int_horizons_decided') }}

)

select
    model,
    horizon_days,
    decided_by,
    following_days,
    usual_gap_days,
    fixed_as_of,
    fixed_usual_gap_days
from horizons
