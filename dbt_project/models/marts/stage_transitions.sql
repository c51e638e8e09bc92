{{ config(indexes=[{'columns': ['customer_id', 'transitioned_on'], 'unique': true}]) }}

with stages as (

    select * from {{ ref('customer_stages') }}

)

select
    customer_id,
    snapshot_on as transitioned_on,
    previous_stage as from_stage,
    stage as to_stage
from stages
where snapshot_on = entered_on and previous_stage is not null
