{{ config(materialized='ephemeral') }}

with versions as (

    select * from {{ ref('int_orders_versioned') }}
    where not is_cancelled

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

owned as (

    select
        versions.*,
        {{ customer_id('versions', 'identities') }} as customer_id,
        greatest(versions.known_on, identities.known_on, moment.first_event_on) as owned_on,
        least(versions.known_until_on, identities.known_until_on) as owned_until_on,
        -- An order from before the history begins counts from its first day on.
        greatest(versions.ordered_on, moment.first_event_on) as placed_on,
        greatest(versions.ordered_on, identities.known_on, moment.first_event_on) as order_known_on
    from versions
    cross join moment
    left join identities
        on
            {{ is_behind('identities', 'versions', at='ordered_at') }}
            and versions.known_on < identities.known_until_on
            and versions.known_until_on > identities.known_on

)

select
    owned.customer_id,
    owned.order_id,
    owned.order_key,
    owned.message_id,
    owned.ordered_at,
    owned.placed_on as ordered_on,
    owned.revenue,
    owned.refunded,
    owned.discount,
    owned.coupon_discount,
    owned.line_rate,
    owned.count_lines,
    owned.count_items,
    owned.store_id,
    change.known_on,
    change.direction,
    change.known_on = owned.order_known_on and change.direction = 1 as is_order_new
from owned
cross join lateral (
    values (owned.owned_on, 1), (owned.owned_until_on, -1)
) as change (known_on, direction)
where owned.owned_on < owned.owned_until_on
