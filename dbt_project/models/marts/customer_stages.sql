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
        *,
        lag(stage) over history as stage_before,
        stage is distinct from lag(stage) over history as is_entry
    from stages
    window history as (partition by customer_id order by snapshot_on)

),

spells as (

    select
        *,
        count(*) filter (where is_entry) over history as spell,
        count(*) filter (where is_entry and stage_before is not null) over (
            partition by customer_id order by snapshot_on
            range between interval '90 days' preceding and current row
        ) as count_stage_changes_91d
    from compared
    window history as (partition by customer_id order by snapshot_on)

),

entered as (

    select
        *,
        min(snapshot_on) over spell_rows as entered_on,
        first_value(stage_before) over (spell_rows order by snapshot_on) as previous_stage
    from spells
    window spell_rows as (partition by customer_id, spell)

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
    usual_gap_days,
    onboarding_days::bigint as onboarding_days,
    slipping_after_days,
    winback_after_days::bigint as winback_after_days
from entered
where snapshot_on >= {{ changed_on() }}
