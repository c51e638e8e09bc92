with sightings as (

    select * from {{ ref('int_sightings_known') }}

),

orders as (

    select * from {{ ref('orders') }}
    where not is_cancelled

),

identifies as (

    select * from {{ ref('stg_raw__traits') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}
    where known_until_on = 'infinity'

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

seen as (

    select
        {{ customer_id('sightings', 'identities') }} as customer_id,
        min(sightings.first_at) as first_seen_at,
        max(sightings.occurred_on) as last_seen_on
    from sightings
    inner join moment on sightings.occurred_on <= moment.as_of
    left join identities on {{ is_behind('identities', 'sightings', at='first_at') }}
    group by {{ customer_id('sightings', 'identities') }}

),

lost as (

    select
        customer_id,
        max(known_until_on) as lost_id_on
    from {{ ref('int_identities_resolved') }}
    where known_until_on <> 'infinity' and customer_id <> id
    group by customer_id

),

bought as (

    select
        customer_id,
        min(ordered_at) as first_order_at,
        max(ordered_at) as last_order_at,
        count(*) as count_orders,
        -- Of what is known: NULL where of no order it is.
        sum(net_revenue) as revenue
    from orders
    group by customer_id

),

known_traits as (

    select
        {{ customer_id('identifies', 'identities') }} as customer_id,
        trait.name,
        trait.content,
        row_number() over (
            partition by {{ customer_id('identifies', 'identities') }}, trait.name
            order by identifies.occurred_at desc, identifies.message_id desc
        ) as recency_rank
    from identifies
    inner join moment on identifies.load_id <= moment.load_id and identifies.occurred_at < moment.snapshot_at
    left join identities on {{ is_behind('identities', 'identifies') }}
    cross join lateral jsonb_each(identifies.traits) as trait (name, content)

),

traits as (

    select
        customer_id,
        jsonb_object_agg(name, content) as traits
    from known_traits
    where recency_rank = 1
    group by customer_id

)

select
    seen.customer_id,
    seen.first_seen_at,
    seen.last_seen_on,
    bought.first_order_at,
    bought.last_order_at,
    coalesce(bought.count_orders, 0) as count_orders,
    case when bought.customer_id is null then 0 else bought.revenue end as revenue,
    coalesce(traits.traits, '{}') as traits,
    lost.lost_id_on
from seen
left join lost on seen.customer_id = lost.customer_id
left join bought on seen.customer_id = bought.customer_id
left join traits on seen.customer_id = traits.customer_id
