{{ config(
    materialized='incremental',
    incremental_strategy='append',
    indexes=[{'columns': ['occurred_on']}]
) }}

with sightings as (

    select * from {{ ref('stg_raw__sightings') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select
    sightings.load_id,
    sightings.user_id,
    sightings.anonymous_id,
    sightings.occurred_on,
    min(sightings.occurred_at) as first_at,
    count(*) as count_events,
    count(*) filter (where sightings.is_page_view) as count_page_views,
    count(*) filter (where sightings.is_product_view) as count_products_viewed,
    count(*) filter (where sightings.is_product_added) as count_products_added
from sightings
inner join moment on sightings.load_id <= moment.load_id
where sightings.load_id > {{ newest_load_built() }}
group by sightings.load_id, sightings.user_id, sightings.anonymous_id, sightings.occurred_on
