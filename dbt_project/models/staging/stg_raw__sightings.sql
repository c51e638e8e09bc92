with events as (

    select * from {{ source('raw', 'events') }}

)

select
    message_id,
    load_id,
    user_id,
    anonymous_id,
    occurred_at,
    {{ day_of('occurred_at') }} as occurred_on,
    type in ('page', 'screen') as is_page_view,
    coalesce(event = 'Product Viewed', false) as is_product_view,
    coalesce(event = 'Product Added', false) as is_product_added
from events
where not {{ is_crawler('events') }}
