with sightings as (

    select * from {{ ref('stg_raw__sightings') }}

),

identities as (

    select distinct
        id,
        from_at,
        until_at
    from {{ ref('int_identities_resolved') }}
    where is_device

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

handovers as (

    select distinct
        id,
        {{ day_of('from_at') }} as occurred_on
    from identities
    where from_at > '-infinity'

)

select
    sightings.load_id,
    sightings.anonymous_id,
    sightings.occurred_on,
    identities.from_at as device_from_at,
    min(sightings.occurred_at) as first_at,
    count(*) as count_events,
    count(*) filter (where sightings.is_page_view) as count_page_views,
    count(*) filter (where sightings.is_product_view) as count_products_viewed,
    count(*) filter (where sightings.is_product_added) as count_products_added
from handovers
inner join sightings
    on
        handovers.id = sightings.anonymous_id
        and sightings.user_id is null
        and sightings.occurred_at >= {{ start_of('handovers.occurred_on') }}
        and sightings.occurred_at < {{ start_of('handovers.occurred_on + 1') }}
inner join moment on sightings.load_id <= moment.load_id
inner join identities
    on
        sightings.anonymous_id = identities.id
        and sightings.occurred_at >= identities.from_at
        and sightings.occurred_at < identities.until_at
group by sightings.load_id, sightings.anonymous_id, sightings.occurred_on, identities.from_at
