{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_renamed_days(day_of('redeemed_at')) }}",
    indexes=[{'columns': ['message_id'], 'unique': true}, {'columns': ['redeemed_at']}]
) }}

with redemptions as (

    select * from {{ ref('int_coupon_redemptions_parsed') }}
    where redeemed_on >= {{ renamed_on() }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}
    where known_until_on = 'infinity'

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select
    redemptions.message_id,
    {{ customer_id('redemptions', 'identities') }} as customer_id,
    redemptions.coupon_id,
    redemptions.campaign_id,
    redemptions.redeemed_at
from redemptions
inner join moment on redemptions.redeemed_on <= moment.as_of
left join identities on {{ is_behind('identities', 'redemptions', at='redeemed_at') }}
