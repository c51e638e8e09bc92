with changes as (

    select * from {{ ref('int_affinity_changes_summed') }}

),

days as (

    select * from {{ ref('int_snapshot_days_listed') }}

),

weekly as (

    select
        affinity_id,
        kind,
        name,
        {{ week_of('known_on') }} as week,
        sum(units) as units
    from changes
    group by affinity_id, kind, name, week

),

known as (

    select
        days.snapshot_on,
        weekly.affinity_id,
        weekly.kind,
        weekly.name,
        sum(weekly.units) as units
    from days
    inner join weekly on {{ week_of('days.snapshot_on') }} >= weekly.week
    group by days.snapshot_on, weekly.affinity_id, weekly.kind, weekly.name

)

select
    affinity_id,
    kind,
    name,
    snapshot_on,
    {{ week_of('snapshot_on') }} as week,
    units,
    case
        when kind = 'department' then row_number() over (partition by snapshot_on, kind order by units desc, name)
    end as department_rank
from known
