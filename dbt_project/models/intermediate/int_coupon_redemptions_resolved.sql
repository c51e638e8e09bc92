{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_days('redeemed_on') }}",
    indexes=[{'columns': ['redeemed_on']}]
) }}

with redemptions as (

    select * from {{ ref('stg_raw__coupon_redemptions') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select
    redemptions.message_id,
    {{ customer_id('redemptions', 'identities') }} as customer_id,
    redemptions.coupon_id,
    redemptions.campaign_id,
    redemptions.occurred_at as redeemed_at,
    {{ day_of('redemptions.occurred_at') }} as redeemed_on
from redemptions
inner join moment on redemptions.load_id <= moment.load_id and redemptions.occurred_at < moment.snapshot_at
left join identities on redemptions.user_id is null and redemptions.anonymous_id = identities.anonymous_id
where redemptions.occurred_at >= {{ start_of(changed_on()) }}
