{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_days(day_of('redeemed_at')) }}",
    indexes=[{'columns': ['message_id'], 'unique': true}, {'columns': ['redeemed_at']}]
) }}

with coupon_redemptions as (

    select * from {{ ref('int_coupon_redemptions_resolved') }}
    where redeemed_on >= {{ changed_on() }}

)

select
    message_id,
    customer_id,
    coupon_id,
    campaign_id,
    redeemed_at
from coupon_redemptions
