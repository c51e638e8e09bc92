{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook=["{{ forget_changed_snapshots() }}", "{{ join_by_hashing() }}"],
    indexes=[{'columns': ['customer_id', 'snapshot_at'], 'unique': true}, {'columns': ['snapshot_on']}]
) }}

{%- set imports = {
    'stages': 'customer_stages',
    'snapshots': 'int_snapshots_taken',
    'orders': 'int_orders_accumulated',
    'recent_orders': 'int_orders_windowed',
    'affinities': 'int_affinities_windowed',
    'messages': 'int_messages_windowed',
    'redemptions': 'int_coupon_redemptions_windowed',
    'sightings': 'int_sightings_windowed',
} %}

with cadences as (

    select * from {{ ref('int_cadences_observed') }}

),

{%- for name, model in imports.items() %}

{{ name }} as (

    select * from {{ ref(model) }}
    where snapshot_on >= {{ changed_on() }}

),
{%- endfor %}

features as (

    select
        stages.customer_id,
        stages.snapshot_on,
        stages.snapshot_at,

        -- Recency and tenure
        stages.days_since_last_order,
        stages.days_since_first_order,
        (stages.snapshot_on - snapshots.first_seen_on)::bigint as days_since_first_seen,
        (stages.snapshot_on - sightings.last_seen_on)::bigint as days_since_last_seen,
        coalesce(sightings.count_days_seen_91d, 0) as count_days_seen_91d,

        -- Frequency
        stages.count_orders,
        coalesce(recent_orders.count_orders_7d, 0) as count_orders_7d,
        coalesce(recent_orders.count_orders_14d, 0) as count_orders_14d,
        coalesce(recent_orders.count_orders_28d, 0) as count_orders_28d,
        coalesce(recent_orders.count_orders_56d, 0) as count_orders_56d,
        coalesce(recent_orders.count_orders_91d, 0) as count_orders_91d,
        coalesce(recent_orders.count_order_days_28d, 0) as count_order_days_28d,
        coalesce(recent_orders.count_order_days_91d, 0) as count_order_days_91d,
        coalesce(recent_orders.count_order_weeks_91d, 0) as count_order_weeks_91d,

        -- Value
        -- Of what is known: NULL where a customer has orders and of none it is.
        case when orders.customer_id is null then 0 else orders.revenue end as revenue,
        case when recent_orders.customer_id is null then 0 else recent_orders.revenue_7d end as revenue_7d,
        case when recent_orders.customer_id is null then 0 else recent_orders.revenue_14d end as revenue_14d,
        case when recent_orders.customer_id is null then 0 else recent_orders.revenue_28d end as revenue_28d,
        case when recent_orders.customer_id is null then 0 else recent_orders.revenue_56d end as revenue_56d,
        case when recent_orders.customer_id is null then 0 else recent_orders.revenue_91d end as revenue_91d,
        {{ ratio('orders.revenue', 'orders.count_orders_valued') }} as average_order_value,
        {{ ratio('recent_orders.revenue_91d', 'recent_orders.count_orders_valued_91d') }} as average_order_value_91d,
        orders.largest_order,

        -- Cadence
        orders.usual_gap_days,
        orders.mean_gap_days::double precision as mean_gap_days,
        orders.gap_deviation_days::double precision as gap_deviation_days,
        orders.latest_gap_days::bigint as latest_gap_days,
        orders.longest_gap_days::bigint as longest_gap_days,
        {{ ratio('stages.days_silent', 'orders.usual_gap_days') }} as gap_ratio,
        {{ ratio('stages.days_silent', 'orders.longest_gap_days') }} as longest_gap_ratio,
        {{ ratio('stages.days_silent', 'cadences.usual_gap_days') }} as brand_gap_ratio,
        {{ ratio('orders.usual_gap_days', 'cadences.usual_gap_days') }} as usual_gap_to_brand,
        {{ ratio('orders.gap_deviation_days', 'orders.mean_gap_days') }} as gap_irregularity,

        -- Trend
        {{ ratio('orders.latest_gaps_days', 'orders.mean_gap_days') }} as gap_trend,
        2 * recent_orders.count_orders_28d - recent_orders.count_orders_56d as order_trend_28d,
        2 * recent_orders.revenue_28d - recent_orders.revenue_56d as revenue_trend_28d,
        {{ ratio('3.25 * recent_orders.count_orders_28d', 'recent_orders.count_orders_91d') }} as order_pace_28d,
        {{ ratio('3.25 * recent_orders.revenue_28d', 'recent_orders.revenue_91d') }} as revenue_pace_28d,

        -- Basket
        {{ ratio('recent_orders.count_lines_91d', 'recent_orders.count_orders_91d') }} as lines_per_order_91d,
        {{ ratio('recent_orders.items_91d', 'recent_orders.count_lines_91d') }} as items_per_line_91d,
        {{ ratio('recent_orders.revenue_91d', 'recent_orders.count_lines_91d') }} as average_line_value_91d,

        -- Departments, brands, stores
        coalesce(affinities.count_departments_91d, 0) as count_departments_91d,
        affinities.top_department_share_91d,
        affinities.department_entropy_91d,
        {%- for rank in range(1, 9) %}
        affinities.department_{{ rank }}_share_91d,
        {%- endfor %}
        coalesce(affinities.count_brands_91d, 0) as count_brands_91d,
        affinities.top_brand_share_91d,
        coalesce(affinities.count_stores_91d, 0) as count_stores_91d,
        affinities.top_store_share_91d,

        -- Discounts and coupons
        {{ ratio('orders.discount', '(orders.discount + orders.revenue)') }} as discount_share,
        {{ ratio('recent_orders.discount_91d', '(recent_orders.discount_91d + recent_orders.revenue_91d)') }}
            as discount_share_91d,
        {{ ratio('recent_orders.count_orders_with_discount_91d', 'recent_orders.count_orders_91d') }}
            as discounted_order_share_91d,
        {{ ratio('recent_orders.count_orders_with_coupon_91d', 'recent_orders.count_orders_91d') }}
            as coupon_order_share_91d,
        coalesce(recent_orders.coupon_discount_91d, 0) as coupon_discount_91d,
        {{ ratio('recent_orders.refunded_91d', '(recent_orders.refunded_91d + recent_orders.revenue_91d)') }}
            as refunded_share_91d,

        -- Habits
        {{ ratio('recent_orders.count_weekend_orders_91d', 'recent_orders.count_orders_91d') }}
            as weekend_order_share_91d,
        {{ ratio('recent_orders.count_morning_orders_91d', 'recent_orders.count_orders_91d') }}
            as morning_order_share_91d,
        {{ ratio('recent_orders.count_afternoon_orders_91d', 'recent_orders.count_orders_91d') }}
            as afternoon_order_share_91d,

        -- Messages and responses
        coalesce(messages.count_messages_28d, 0) as count_messages_28d,
        coalesce(messages.count_messages_91d, 0) as count_messages_91d,
        coalesce(messages.count_message_responses_28d, 0) as count_message_responses_28d,
        coalesce(messages.count_message_responses_91d, 0) as count_message_responses_91d,
        (stages.snapshot_on - messages.last_message_on)::bigint as days_since_last_message,
        coalesce(messages.count_campaigns_open, 0) as count_campaigns_open,
        coalesce(messages.count_campaigns_open > 0, false) as is_in_campaign,
        coalesce(redemptions.count_coupons_redeemed_91d, 0) as count_coupons_redeemed_91d,
        coalesce(redemptions.count_coupons_redeemed_364d, 0) as count_coupons_redeemed_364d,
        (stages.snapshot_on - redemptions.last_redemption_on)::bigint as days_since_last_redemption,
        {{ ratio('coalesce(redemptions.count_coupons_redeemed_364d, 0)', 'messages.count_messages_364d') }}
            as coupons_per_message_364d,

        -- Visits
        coalesce(sightings.count_page_views_28d, 0) as count_page_views_28d,
        coalesce(sightings.count_products_viewed_28d, 0) as count_products_viewed_28d,
        coalesce(sightings.count_products_added_28d, 0) as count_products_added_28d,

        -- Stage history
        stages.stage,
        stages.previous_stage,
        stages.days_in_stage,
        stages.count_stage_changes_91d,

        -- Season
        sin(2 * pi() * extract(doy from stages.snapshot_on)::double precision / 365.25) as season_sin,
        cos(2 * pi() * extract(doy from stages.snapshot_on)::double precision / 365.25) as season_cos

    from stages
    inner join cadences on stages.snapshot_on = cadences.snapshot_on
    {%- for name in imports if name != 'stages' %}
    left join {{ name }}
        on stages.customer_id = {{ name }}.customer_id and stages.snapshot_on = {{ name }}.snapshot_on
    {%- endfor %}

)

select * from features
