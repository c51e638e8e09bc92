{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots() }}",
    indexes=[{'columns': ['snapshot_on', 'customer_id']}]
) }}

with sightings as (

    select * from {{ ref('int_sightings_known') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

days as (

    select * from {{ ref('int_snapshot_days_listed') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

-- A device's time by whose it was.
ids as (

    select
        user_id,
        case when user_id is null then anonymous_id end as anonymous_id,
        min(first_at) as first_at,
        min(occurred_on) as first_seen_on
    from sightings
    group by user_id, case when user_id is null then anonymous_id end, device_from_at

),

-- A clock that was reset lengthens nobody's history.
customers as (

    select
        {{ customer_id('ids', 'identities') }} as customer_id,
        greatest(ids.first_seen_on, moment.first_event_on) as first_seen_on,
        greatest(ids.first_seen_on, moment.first_event_on, identities.known_on) as known_on,
        coalesce(identities.known_until_on, 'infinity') as known_until_on
    from ids
    cross join moment
    left join identities on {{ is_behind('identities', 'ids', at='first_at') }}

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
