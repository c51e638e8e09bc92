with sightings as (

    select * from {{ ref('stg_raw__sightings') }}

)

select
    load_id,
    user_id,
    anonymous_id,
    occurred_on,
    min(occurred_at) as first_at,
    count(*) as count_events,
    count(*) filter (where is_page_view) as count_page_views,
    count(*) filter (where is_product_view) as count_products_viewed,
    count(*) filter (where is_product_added) as count_products_added
from sightings
group by load_id, user_id, anonymous_id, occurred_on
