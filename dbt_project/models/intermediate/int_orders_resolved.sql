with orders as (

    select * from {{ ref('int_orders_versioned') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

)

select
    coalesce(orders.user_id, identities.customer_id, orders.anonymous_id) as customer_id,
    orders.*
from orders
inner join moment on orders.known_on <= moment.as_of
left join identities on orders.user_id is null and orders.anonymous_id = identities.anonymous_id
