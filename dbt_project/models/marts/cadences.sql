with cadences as (

    select * from {{ ref('int_cadences_observed') }}

)

select
    snapshot_on,
    is_known,
    count_customers,
    count_returned,
    count_gaps,
    share_returning,
    usual_gap_days::double precision as usual_gap_days,
    usual_long_gap_ratio,
    onboarding_days,
    slipping_after_days,
    winback_after_days
from cadences
