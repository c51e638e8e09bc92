{{ config(
    materialized='incremental',
    incremental_strategy='append',
    indexes=[{'columns': ['redeemed_on']}]
) }}

with redemptions as (

    select * from {{ ref('stg_raw__coupon_redemptions') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select
    redemptions.message_id,
    redemptions.load_id,
    redemptions.user_id,
    redemptions.anonymous_id,
    redemptions.coupon_id,
    redemptions.campaign_id,
    redemptions.occurred_at as redeemed_at,
    {{ day_of('redemptions.occurred_at') }} as redeemed_on
from redemptions
inner join moment on redemptions.load_id <= moment.load_id
where redemptions.load_id > {{ newest_load_built() }}
