{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots() }}",
    indexes=[{'columns': ['snapshot_on', 'customer_id']}]
) }}

{#- Sums over a sliding window by what enters it and what leaves it, a third of the work of summing whole windows.
    A week stands for its snapshot: the Sunday that ends it, or the day asked for, if that is earlier. -#}

with changes as (

    select * from {{ ref('int_affinity_changes_summed') }}

),

affinities as (

    select * from {{ ref('int_affinities_ranked') }}

),

moment as (

    select
        as_of,
        {{ week_of('as_of') }} as last_week,
        {{ week_of('least(greatest(first_event_on, ' ~ changed_on() ~ '), as_of)') }} as first_week
    from {{ ref('int_moment_fixed') }}
    where as_of >= {{ changed_on() }}

),

windows as (

    select
        changes.customer_id,
        changes.affinity_id,
        changes.units,
        changes.ordered_on + 91 as leaves_on,
        greatest({{ week_of('changes.known_on') }}, moment.first_week) as entry_week,
        moment.as_of
    from changes
    cross join moment

),

moves as (

    select
        windows.customer_id,
        windows.affinity_id,
        move.week,
        sum(move.units) as units
    from windows
    cross join lateral (
        values
        (windows.entry_week, windows.units),
        (case when windows.leaves_on <= windows.as_of then {{ week_of('windows.leaves_on') }} end, -windows.units)
    ) as move (week, units)
    where
        windows.leaves_on > least({{ sunday_of('windows.entry_week') }}, windows.as_of)
        and move.week is not null
    group by windows.customer_id, windows.affinity_id, move.week

),

levels as (

    select
        moves.customer_id,
        moves.affinity_id,
        moves.week,
        lead(moves.week, 1, moment.last_week + 1) over history as until_week,
        sum(moves.units) over history as units
    from moves
    cross join moment
    window history as (partition by moves.customer_id, moves.affinity_id order by moves.week)

),

spent as (

    select
        customer_id,
        affinity_id,
        generate_series(week, until_week - 1) as week,
        units
    from levels
    where units > 0

),

summed as (

    select
        spent.customer_id,
        affinities.snapshot_on
        {%- for kind in ['department', 'brand', 'store'] %},
        count(*) filter (where affinities.kind = '{{ kind }}') as count_{{ kind }}s,
        sum(spent.units) filter (where affinities.kind = '{{ kind }}') as {{ kind }}_units,
        max(spent.units) filter (where affinities.kind = '{{ kind }}') as top_{{ kind }}_units
        {%- endfor %},
        -- rounded to whole numbers, as these add up to the same in any order
        sum(round(spent.units * ln(spent.units))) filter (where affinities.kind = 'department') as department_units_log
        {%- for rank in range(1, 9) %},
        max(spent.units) filter (where affinities.department_rank = {{ rank }}) as department_{{ rank }}_units
        {%- endfor %}
    from spent
    inner join affinities on spent.affinity_id = affinities.affinity_id and spent.week = affinities.week
    group by spent.customer_id, affinities.snapshot_on

)

select
    customer_id,
    snapshot_on
    {%- for kind in ['department', 'brand', 'store'] %},
    count_{{ kind }}s as count_{{ kind }}s_91d,
    top_{{ kind }}_units / {{ kind }}_units as top_{{ kind }}_share_91d
    {%- endfor %},
    ln(department_units) - department_units_log / department_units as department_entropy_91d
    {%- for rank in range(1, 9) %},
    case when department_units > 0 then coalesce(department_{{ rank }}_units / department_units, 0) end
        as department_{{ rank }}_share_91d
    {%- endfor %}
from summed
