with stages as (

    select * from {{ ref('customer_stages') }}

),

features as (

    select * from {{ ref('customer_features') }}

)

select
    coalesce(stages.customer_id, features.customer_id) as customer_id,
    coalesce(stages.snapshot_on, features.snapshot_on) as snapshot_on
from stages
full join features on stages.customer_id = features.customer_id and stages.snapshot_on = features.snapshot_on
where stages.stage is distinct from features.stage or stages.count_orders is distinct from features.count_orders
