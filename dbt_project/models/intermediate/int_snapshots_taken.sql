{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots() }}",
    indexes=[{'columns': ['snapshot_on', 'customer_id']}]
) }}

with sightings as (

    select * from {{ ref('int_sightings_resolved') }}

),

days as (

    select * from {{ ref('int_snapshot_days_listed') }}

),

customers as (

    select
        customer_id,
        min(occurred_on) as first_seen_on
    from sightings
    group by customer_id

)

select
    customers.customer_id,
    days.snapshot_on,
    days.snapshot_at,
    customers.first_seen_on
from customers
inner join days on customers.first_seen_on <= days.snapshot_on
where days.snapshot_on >= {{ changed_on() }}
