with order_events as (

    select * from {{ ref('int_order_events_parsed') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}
    where known_until_on = 'infinity'

),

links as (

    select * from {{ ref('int_identity_links_parsed') }}
    where is_alias

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

numbers as (

    select
        order_id,
        min(user_id) <> max(user_id) as has_many_users,
        coalesce(min(shop) <> max(shop), false) as has_many_shops,
        bool_or(user_id is null) as has_visitors,
        bool_or(shop is null) as has_unnamed_shops
    from order_events
    group by order_id
    having min(user_id) <> max(user_id) or min(shop) <> max(shop)

),

owned as (

    select
        order_events.message_id,
        order_events.load_id,
        order_events.order_id,
        order_events.occurred_at,
        order_events.occurred_on,
        order_events.user_id,
        order_events.anonymous_id,
        order_events.shop,
        numbers.has_many_users,
        numbers.has_many_shops,
        numbers.has_visitors or (numbers.has_unnamed_shops and numbers.has_many_shops)
        or coalesce(
            bool_or(order_events.user_id in (
                    select links.linked_id from links
                    union all
                    select links.user_id from links
                )) over (
                partition by order_events.order_id
            ),
            false
        ) as is_regrouped,
        order_events.occurred_at < moment.snapshot_at as is_known,
        {{ customer_id('order_events', 'identities') }} as customer_id
    from order_events
    inner join numbers on order_events.order_id = numbers.order_id
    cross join moment
    left join identities on {{ is_behind('identities', 'order_events') }}

),

-- An event without a shop belongs to the order of its customer, where that has one of this number in one shop only.
shops as (

    select
        order_id,
        customer_id,
        max(shop) as shop
    from owned
    where is_known
    group by grouping sets ((order_id), (order_id, customer_id))
    having min(shop) = max(shop)

),

in_shops as (

    select
        owned.*,
        coalesce(owned.shop, the_shop.shop, shop_of_customer.shop) as known_shop
    from owned
    left join shops as the_shop on owned.order_id = the_shop.order_id and the_shop.customer_id is null
    left join shops as shop_of_customer
        on owned.order_id = shop_of_customer.order_id and owned.customer_id = shop_of_customer.customer_id

),

-- A visitor's event belongs to the order of the user they turned out to be, else to the first user's.
users as (

    select
        order_id,
        known_shop,
        customer_id,
        row_number() over (
            partition by order_id, known_shop order by min(occurred_at), min(message_id)
        ) as user_number
    from in_shops
    where is_known and user_id is not null
    group by order_id, known_shop, customer_id

),

grouped as (

    select
        in_shops.*,
        case
            when in_shops.user_id is not null then in_shops.customer_id
            else coalesce(the_user.customer_id, first_user.customer_id)
        end as owner_id
    from in_shops
    left join users as the_user
        on
            in_shops.order_id = the_user.order_id
            and in_shops.known_shop is not distinct from the_user.known_shop
            and in_shops.customer_id = the_user.customer_id
    left join users as first_user
        on
            in_shops.order_id = first_user.order_id
            and in_shops.known_shop is not distinct from first_user.known_shop
            and first_user.user_number = 1

),

-- The first order of a number has it as its key, further ones what tells them apart as well.
orders as (

    select
        order_id,
        known_shop,
        owner_id,
        row_number() over (partition by order_id order by min(occurred_at), min(message_id)) as order_number,
        (array_agg(user_id order by occurred_at, message_id) filter (where user_id is not null))[1] as first_user_id
    from grouped
    where is_known
    group by order_id, known_shop, owner_id

)

select
    grouped.message_id,
    grouped.load_id,
    grouped.order_id,
    grouped.occurred_on,
    grouped.user_id,
    grouped.anonymous_id,
    grouped.has_many_users,
    grouped.has_many_shops,
    grouped.is_regrouped,
    grouped.is_known,
    grouped.known_shop as shop,
    grouped.customer_id,
    case
        when not grouped.is_known or orders.order_number = 1 then grouped.order_id
        else
            grouped.order_id || '#'
            || md5(concat_ws(chr(31), 'user', orders.first_user_id, 'shop', grouped.known_shop))
    end as order_key
from grouped
left join orders
    on
        grouped.order_id = orders.order_id
        and grouped.known_shop is not distinct from orders.known_shop
        and grouped.owner_id is not distinct from orders.owner_id
