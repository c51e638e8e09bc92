{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots() }}",
    indexes=[{'columns': ['snapshot_on', 'customer_id']}]
) }}

with sightings as (

    select * from {{ ref('int_sightings_counted') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

days as (

    select * from {{ ref('int_snapshot_days_listed') }}

),

ids as (

    select
        user_id,
        case when user_id is null then anonymous_id end as anonymous_id,
        min(occurred_on) as first_seen_on
    from sightings
    group by user_id, case when user_id is null then anonymous_id end

),

customers as (

    select
        {{ customer_id('ids', 'identities') }} as customer_id,
        ids.first_seen_on,
        greatest(ids.first_seen_on, identities.known_on) as known_on,
        coalesce(identities.known_until_on, 'infinity') as known_until_on
    from ids
    left join identities on ids.anonymous_id = identities.anonymous_id

)

select
    customers.customer_id,
    days.snapshot_on,
    days.snapshot_at,
    min(customers.first_seen_on) as first_seen_on
from customers
inner join days on customers.known_on <= days.snapshot_on and customers.known_until_on > days.snapshot_on
where days.snapshot_on >= {{ changed_on() }}
group by customers.customer_id, days.snapshot_on, days.snapshot_at
