{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_days('known_on') }}",
    indexes=[{'columns': ['known_on']}]
) }}

with versions as (

    select * from {{ ref('int_orders_versioned') }}
    where not is_cancelled

),

lines as (

    select * from {{ ref('int_order_lines_parsed') }}

),

identities as (

    select * from {{ ref('int_identities_resolved') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

changes as (

    select
        versions.*,
        change.changed_on,
        change.direction
    from versions
    cross join lateral (
        values (versions.known_on, 1), (versions.known_until_on, -1)
    ) as change (changed_on, direction)

),

known as (

    select
        {{ customer_id('changes', 'identities') }} as customer_id,
        changes.message_id,
        changes.ordered_on,
        changes.changed_on as known_on,
        changes.store_id,
        changes.revenue,
        changes.direction
    from changes
    inner join moment on changes.changed_on <= moment.as_of
    left join identities on changes.user_id is null and changes.anonymous_id = identities.anonymous_id
    where changes.changed_on >= {{ changed_on() }}

),

of_lines as (

    select
        known.customer_id,
        known.ordered_on,
        known.known_on,
        case when grouping(lines.department) = 0 then 'department' else 'brand' end as kind,
        coalesce(lines.department, lines.brand) as name,
        sum(known.direction * lines.revenue) as revenue
    from known
    inner join lines on known.message_id = lines.message_id
    group by
        grouping sets (
            (known.customer_id, known.ordered_on, known.known_on, lines.department),
            (known.customer_id, known.ordered_on, known.known_on, lines.brand)
        )

),

of_stores as (

    select
        customer_id,
        ordered_on,
        known_on,
        'store' as kind,
        store_id as name,
        sum(direction * revenue) as revenue
    from known
    group by customer_id, ordered_on, known_on, store_id

),

named as (

    select * from of_lines
    where name is not null
    union all
    select * from of_stores
    where name is not null

)

select
    customer_id,
    ordered_on,
    known_on,
    kind,
    name,
    hashtextextended(kind || ' ' || name, 0) as affinity_id,
    {{ to_units('revenue') }} as units
from named
