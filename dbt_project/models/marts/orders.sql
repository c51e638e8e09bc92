{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_renamed_orders() }}",
    indexes=[{'columns': ['order_key'], 'unique': true}, {'columns': ['order_id']}, {'columns': ['customer_id']}]
) }}

with versions as (

    select * from {{ ref('int_orders_versioned') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}
    where known_until_on = 'infinity'

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

changed as (

    select distinct order_id
    from versions
    where known_on >= {{ renamed_on() }}

)

select
    versions.order_key,
    versions.order_id,
    versions.shop,
    {{ customer_id('versions', 'identities') }} as customer_id,
    versions.message_id,
    versions.ordered_at,
    versions.store_id,
    versions.currency,
    versions.revenue,
    versions.charges,
    versions.discount,
    versions.coupon_discount,
    versions.refunded,
    case when versions.is_cancelled then 0 else versions.revenue - versions.refunded end as net_revenue,
    versions.line_rate,
    versions.count_lines,
    versions.count_items,
    versions.is_cancelled,
    greatest(versions.known_on, identities.known_on) as known_on
from versions
inner join changed on versions.order_id = changed.order_id
inner join moment on versions.known_on <= moment.as_of and versions.known_until_on > moment.as_of
left join identities on {{ is_behind('identities', 'versions', at='ordered_at') }}
where not versions.is_test
