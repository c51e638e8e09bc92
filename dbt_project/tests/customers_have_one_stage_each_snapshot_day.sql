-- On past days the customers known then, by the ids known then; on the newest day every customer.
with customers as (

    select * from {{ ref('customers') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

taken as (

    select * from {{ ref('int_snapshots_taken') }}

),

stages as (

    select
        customer_id,
        snapshot_on,
        count(*) as count_stages
    from {{ ref('customer_stages') }}
    where stage in ('prospect', 'onboarding', 'engagement', 'retention', 'winback')
    group by customer_id, snapshot_on

),

expected as (

    select
        taken.customer_id,
        taken.snapshot_on
    from taken
    inner join moment on taken.snapshot_on < moment.as_of
    union all
    select
        customers.customer_id,
        moment.as_of as snapshot_on
    from customers
    cross join moment

)

select
    coalesce(expected.customer_id, stages.customer_id) as customer_id,
    coalesce(expected.snapshot_on, stages.snapshot_on) as snapshot_on,
    stages.count_stages
from expected
full join stages on expected.customer_id = stages.customer_id and expected.snapshot_on = stages.snapshot_on
where expected.customer_id is null or stages.count_stages is distinct from 1
