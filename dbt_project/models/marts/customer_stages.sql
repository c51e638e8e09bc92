{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots() }}",
    indexes=[{'columns': ['customer_id', 'snapshot_at'], 'unique': true}, {'columns': ['snapshot_on']}]
) }}

with stages as (

    select * from {{ ref('int_stages_assigned') }}

),

compared as (

    select
        stages.*,
        lag(stages.stage) over history as stage_before
    from stages
    window history as (partition by stages.customer_id order by stages.snapshot_on)

),

entries as (

    select
        compared.*,
        coalesce(compared.stage <> compared.stage_before, true) as is_entry
    from compared

),

spells as (

    select
        entries.*,
        count(*) filter (where entries.is_entry) over history as spell,
        count(*) filter (where entries.is_entry and entries.stage_before is not null) over (
            history range between interval '90 days' preceding and current row
        ) as count_stage_changes_91d
    from entries
    window history as (partition by entries.customer_id order by entries.snapshot_on)

),

entered as (

    select
        spells.*,
        min(spells.snapshot_on) over spell_rows as entered_on,
        first_value(spells.stage_before) over (spell_rows order by spells.snapshot_on) as previous_stage
    from spells
    window spell_rows as (partition by spells.customer_id, spells.spell)

)

select
    customer_id,
    snapshot_on,
    snapshot_at,
    stage,
    previous_stage,
    entered_on,
    (snapshot_on - entered_on)::bigint as days_in_stage,
    count_stage_changes_91d,
    count_orders,
    days_since_last_order::bigint as days_since_last_order,
    days_since_first_order::bigint as days_since_first_order,
    days_silent::bigint as days_silent,
    usual_gap_days,
    round(steadiness::numeric, 4)::double precision as steadiness,
    onboarding_days,
    slipping_after_days,
    winback_after_days
from entered
where snapshot_on >= {{ changed_on() }}
