{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_renamed_orders() }}",
    indexes=[{'columns': ['order_id'], 'unique': true}, {'columns': ['customer_id']}]
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
    versions.order_id,
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
    versions.count_lines,
    versions.count_items,
    versions.is_cancelled
from versions
inner join changed on versions.order_id = changed.order_id
inner join moment on versions.known_on <= moment.as_of and versions.known_until_on > moment.as_of
left join identities on versions.user_id is null and versions.anonymous_id = identities.anonymous_id
