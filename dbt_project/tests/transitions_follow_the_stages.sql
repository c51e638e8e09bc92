with stages as (

    select
        customer_id,
        snapshot_on,
        stage,
        lag(stage) over (partition by customer_id order by snapshot_on) as stage_before
    from {{ ref('customer_stages') }}

),

changes as (

    select * from stages
    where stage <> stage_before

),

transitions as (

    select * from {{ ref('stage_transitions') }}

)

select
    coalesce(changes.customer_id, transitions.customer_id) as customer_id,
    coalesce(changes.snapshot_on, transitions.transitioned_on) as snapshot_on
from changes
full join transitions
    on changes.customer_id = transitions.customer_id and changes.snapshot_on = transitions.transitioned_on
where
    changes.stage is distinct from transitions.to_stage
    or changes.stage_before is distinct from transitions.from_stage
