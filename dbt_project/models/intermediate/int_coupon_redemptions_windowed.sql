{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_snapshots() }}",
    indexes=[{'columns': ['snapshot_on', 'customer_id']}]
) }}

with redemptions as (

    select * from {{ ref('int_coupon_redemptions_parsed') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

days as (

    select * from {{ ref('int_days_looked_back') }}
    where snapshot_on >= {{ changed_on() }}

)

select
    {{ customer_id('redemptions', 'identities') }} as customer_id,
    days.snapshot_on,
    count(*) filter (where days.days_ago < 91) as count_coupons_redeemed_91d,
    count(*) as count_coupons_redeemed_364d,
    max(redemptions.redeemed_on) as last_redemption_on
from redemptions
inner join days on redemptions.redeemed_on = days.happened_on
left join identities on {{ known_as('redemptions', 'identities', 'days.snapshot_on', at='redeemed_at') }}
group by 1, 2
