{{ config(materialized='ephemeral') }}

with sightings as (

    select * from {{ ref('int_sightings_counted') }}

),

identities as (

    select distinct
        id,
        from_at,
        until_at
    from {{ ref('int_identities_resolved') }}
    where is_device

),

split as (

    select * from {{ ref('int_sightings_split') }}

)

select
    sightings.load_id,
    sightings.user_id,
    sightings.anonymous_id,
    sightings.occurred_on,
    identities.from_at as device_from_at,
    sightings.first_at,
    sightings.count_events,
    sightings.count_page_views,
    sightings.count_products_viewed,
    sightings.count_products_added
from sightings
left join identities
    on
        sightings.user_id is null
        and sightings.anonymous_id = identities.id
        and sightings.first_at >= identities.from_at
        and sightings.first_at < identities.until_at
left join split
    on
        sightings.user_id is null
        and sightings.anonymous_id = split.anonymous_id
        and sightings.occurred_on = split.occurred_on
        and sightings.load_id = split.load_id
where split.anonymous_id is null
union all
select
    load_id,
    null as user_id,
    anonymous_id,
    occurred_on,
    device_from_at,
    first_at,
    count_events,
    count_page_views,
    count_products_viewed,
    count_products_added
from split
