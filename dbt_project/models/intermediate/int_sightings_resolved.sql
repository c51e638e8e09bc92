{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_days('occurred_on') }}",
    indexes=[{'columns': ['occurred_on']}]
) }}

with sightings as (

    select * from {{ ref('int_sightings_counted') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select
    {{ customer_id('sightings', 'identities') }} as customer_id,
    sightings.occurred_on,
    min(sightings.first_at) as first_at,
    sum(sightings.count_events)::bigint as count_events,
    sum(sightings.count_page_views)::bigint as count_page_views,
    sum(sightings.count_products_viewed)::bigint as count_products_viewed,
    sum(sightings.count_products_added)::bigint as count_products_added
from sightings
inner join moment on sightings.occurred_on <= moment.as_of
left join identities
    on sightings.user_id is null and sightings.anonymous_id = identities.anonymous_id
where sightings.occurred_on >= {{ changed_on() }}
group by 1, 2
