with moment as (

    select * from {{ ref('int_moment_fixed') }}

),

cadences as (

    select * from {{ ref('int_cadences_observed') }}

),

fixed as (

    select * from {{ source('predictions', 'horizons') }}

),

declared as (

    {{ declared_horizons() }}

),

followed as (

    select
        declared.model,
        declared.default_days,
        declared.days_by_hand,
        cadences.usual_gap_days,
        case when cadences.usual_gap_days * declared.horizon_gaps is not null then
            greatest(
                declared.default_days,
                least(
                    7 * round(cadences.usual_gap_days * declared.horizon_gaps / 7),
                    declared.at_most_days,
                    -- A training needs three horizons one after the other, and snapshots in each.
                    (moment.as_of - moment.first_event_on - 20) / 21 * 7
                )
            )::integer
        end as following_days
    from declared
    cross join moment
    left join cadences on moment.as_of = cadences.snapshot_on

)

select
    followed.model,
    coalesce(
        followed.days_by_hand, fixed.horizon_days, followed.following_days, followed.default_days
    )::bigint as horizon_days,
    case
        when followed.days_by_hand is not null then 'lifecycle.yml'
        when fixed.horizon_days is not null then 'first champion'
        when followed.following_days is not null then 'cadence'
        else 'default'
    end as decided_by,
    followed.following_days::bigint as following_days,
    followed.usual_gap_days::double precision as usual_gap_days,
    fixed.as_of as fixed_as_of,
    fixed.usual_gap_days as fixed_usual_gap_days
from followed
left join fixed on followed.model = fixed.model
