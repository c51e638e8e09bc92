with events as (

    select * from {{ source('raw', 'events') }}

)

select
    message_id,
    load_id,
    user_id,
    anonymous_id,
    occurred_at,
    {{ json_text('properties', 'coupon_id') }} as coupon_id,
    {{ json_text('properties', 'campaign_id') }} as campaign_id
from events
where type = 'track' and event in ('Coupon Applied', 'Coupon Redeemed')
