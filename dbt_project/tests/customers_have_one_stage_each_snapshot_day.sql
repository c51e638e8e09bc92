with customers as (

    select * from {{ ref('customers') }}

),

days as (

    select * from {{ ref('int_snapshot_days_listed') }}

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
        customers.customer_id,
        days.snapshot_on
    from customers
    inner join days on customers.first_seen_at < days.snapshot_at

)

select
    coalesce(expected.customer_id, stages.customer_id) as customer_id,
    coalesce(expected.snapshot_on, stages.snapshot_on) as snapshot_on,
    stages.count_stages
from expected
full join stages on expected.customer_id = stages.customer_id and expected.snapshot_on = stages.snapshot_on
where expected.customer_id is null or stages.count_stages is distinct from 1
