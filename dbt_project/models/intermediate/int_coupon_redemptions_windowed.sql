with snapshots as (

    select * from {{ ref('int_snapshots_taken') }}

),

redemptions as (

    select * from {{ ref('int_coupon_redemptions_resolved') }}

)

select
    snapshots.customer_id,
    snapshots.snapshot_on,
    count(*) as count_coupons_redeemed,
    count(*) filter (where snapshots.snapshot_on - redemptions.redeemed_on < 91) as count_coupons_redeemed_91d,
    max(redemptions.redeemed_on) as last_redemption_on
from snapshots
inner join redemptions
    on snapshots.customer_id = redemptions.customer_id and snapshots.snapshot_on >= redemptions.redeemed_on
group by snapshots.customer_id, snapshots.snapshot_on
