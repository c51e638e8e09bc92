with redemptions as (

    select * from {{ ref('int_coupon_redemptions_resolved') }}

)

select
    message_id,
    customer_id,
    coupon_id,
    campaign_id,
    redeemed_at
from redemptions
