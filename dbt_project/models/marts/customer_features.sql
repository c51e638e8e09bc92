{{ config(indexes=[
    {'columns': ['customer_id', 'snapshot_at'], 'unique': true},
    {'columns': ['snapshot_on']}
]) }}

with stages as (

    select * from {{ ref('customer_stages') }}

),

snapshots as (

    select * from {{ ref('int_snapshots_taken') }}

),

orders as (

    select * from {{ ref('int_orders_windowed') }}

),

gaps as (

    select * from {{ ref('int_gaps_measured') }}

),

cadences as (

    select * from {{ ref('int_cadences_observed') }}

),

departments as (

    select * from {{ ref('int_departments_windowed') }}

),

messages as (

    select * from {{ ref('int_messages_windowed') }}

),

redemptions as (

    select * from {{ ref('int_coupon_redemptions_windowed') }}

),

joined as (

    select
        stages.customer_id,
        stages.snapshot_on,
        stages.snapshot_at,
        -- Recency and tenure
        stages.days_since_last_order,
        stages.days_since_first_order,
        (stages.snapshot_on - snapshots.first_seen_on)::bigint as days_since_first_seen,
        -- Frequency
        stages.count_orders,
        coalesce(orders.count_orders_7d, 0) as count_orders_7d,
        coalesce(orders.count_orders_14d, 0) as count_orders_14d,
        coalesce(orders.count_orders_28d, 0) as count_orders_28d,
        coalesce(orders.count_orders_56d, 0) as count_orders_56d,
        coalesce(orders.count_orders_91d, 0) as count_orders_91d,
        coalesce(orders.count_order_days_28d, 0) as count_order_days_28d,
        coalesce(orders.count_order_days_91d, 0) as count_order_days_91d,
        -- Value
        coalesce(orders.revenue, 0)::double precision as revenue,
        coalesce(orders.revenue_7d, 0)::double precision as revenue_7d,
        coalesce(orders.revenue_14d, 0)::double precision as revenue_14d,
        coalesce(orders.revenue_28d, 0)::double precision as revenue_28d,
        coalesce(orders.revenue_56d, 0)::double precision as revenue_56d,
        coalesce(orders.revenue_91d, 0)::double precision as revenue_91d,
        (orders.revenue / nullif(orders.count_orders, 0))::double precision as average_order_value,
        (orders.revenue_91d / nullif(orders.count_orders_91d, 0))::double precision as average_order_value_91d,
        orders.largest_order::double precision as largest_order,
        -- Cadence
        gaps.usual_gap_days,
        gaps.mean_gap_days,
        gaps.gap_deviation_days,
        gaps.longest_gap_days::double precision as longest_gap_days,
        stages.days_since_last_order / nullif(gaps.usual_gap_days, 0) as gap_ratio,
        stages.days_since_last_order / nullif(cadences.usual_gap_days, 0) as brand_gap_ratio,
        gaps.usual_gap_days / nullif(cadences.usual_gap_days, 0) as usual_gap_to_brand,
        gaps.gap_deviation_days / nullif(gaps.mean_gap_days, 0) as gap_irregularity,
        -- Trend
        (2 * orders.count_orders_28d - orders.count_orders_56d) as order_trend_28d,
        (2 * orders.revenue_28d - orders.revenue_56d)::double precision as revenue_trend_28d,
        orders.count_orders_28d * 3.25 / nullif(orders.count_orders_91d, 0)::double precision as order_pace_28d,
        (orders.revenue_28d * 3.25 / nullif(orders.revenue_91d, 0))::double precision as revenue_pace_28d,
        -- Basket
        (orders.count_lines_91d / nullif(orders.count_orders_91d, 0))::double precision as lines_per_order_91d,
        (orders.count_items_91d / nullif(orders.count_orders_91d, 0))::double precision as items_per_order_91d,
        (orders.revenue_91d / nullif(orders.count_lines_91d, 0))::double precision as average_line_value_91d,
        -- Departments
        coalesce(departments.count_departments_91d, 0) as count_departments_91d,
        departments.top_department_share_91d,
        departments.department_entropy_91d,
        departments.department_1_share_91d,
        departments.department_2_share_91d,
        departments.department_3_share_91d,
        departments.department_4_share_91d,
        departments.department_5_share_91d,
        departments.department_6_share_91d,
        departments.department_7_share_91d,
        departments.department_8_share_91d,
        -- Discounts and coupons
        (orders.discount_91d / nullif(orders.discount_91d + orders.revenue_91d, 0))::double precision
            as discount_share_91d,
        coalesce(orders.coupon_discount_91d, 0)::double precision as coupon_discount_91d,
        (orders.count_orders_with_coupon_91d / nullif(orders.count_orders_91d, 0))::double precision
            as coupon_order_share_91d,
        (orders.count_orders_with_discount_91d / nullif(orders.count_orders_91d, 0))::double precision
            as discounted_order_share_91d,
        (orders.refunded_91d / nullif(orders.refunded_91d + orders.revenue_91d, 0))::double precision
            as refunded_share_91d,
        -- Habits
        (orders.count_weekend_orders_91d / nullif(orders.count_orders_91d, 0))::double precision
            as weekend_order_share_91d,
        (orders.count_morning_orders_91d / nullif(orders.count_orders_91d, 0))::double precision
            as morning_order_share_91d,
        (orders.count_afternoon_orders_91d / nullif(orders.count_orders_91d, 0))::double precision
            as afternoon_order_share_91d,
        -- Messages
        coalesce(messages.count_messages_28d, 0) as count_messages_28d,
        coalesce(messages.count_messages_91d, 0) as count_messages_91d,
        coalesce(messages.count_message_responses_91d, 0) as count_message_responses_91d,
        (stages.snapshot_on - messages.last_message_on)::bigint as days_since_last_message,
        coalesce(messages.count_campaigns_open, 0) as count_campaigns_open,
        coalesce(messages.count_campaigns_open > 0, false) as is_in_campaign,
        coalesce(redemptions.count_coupons_redeemed, 0) as count_coupons_redeemed,
        coalesce(redemptions.count_coupons_redeemed_91d, 0) as count_coupons_redeemed_91d,
        (stages.snapshot_on - redemptions.last_redemption_on)::bigint as days_since_last_redemption,
        coalesce(redemptions.count_coupons_redeemed, 0) / nullif(messages.count_messages, 0)::double precision
            as coupons_per_message,
        -- Stage
        stages.stage,
        stages.previous_stage,
        stages.days_in_stage,
        stages.count_stage_changes_91d,
        -- Season
        sin(2 * pi() * extract(doy from stages.snapshot_on)::double precision / 365.25) as season_sin,
        cos(2 * pi() * extract(doy from stages.snapshot_on)::double precision / 365.25) as season_cos
    from stages
    inner join snapshots
        on stages.customer_id = snapshots.customer_id and stages.snapshot_on = snapshots.snapshot_on
    inner join cadences on stages.snapshot_on = cadences.snapshot_on
    left join orders on stages.customer_id = orders.customer_id and stages.snapshot_on = orders.snapshot_on
    left join gaps on stages.customer_id = gaps.customer_id and stages.snapshot_on = gaps.snapshot_on
    left join departments
        on stages.customer_id = departments.customer_id and stages.snapshot_on = departments.snapshot_on
    left join messages
        on stages.customer_id = messages.customer_id and stages.snapshot_on = messages.snapshot_on
    left join redemptions
        on stages.customer_id = redemptions.customer_id and stages.snapshot_on = redemptions.snapshot_on

)

select * from joined
