{{ config(
    materialized='incremental',
    incremental_strategy='append',
    pre_hook="{{ forget_changed_days('known_on') }}",
    indexes=[{'columns': ['known_on']}]
) }}

with changes as (

    select * from {{ ref('int_order_changes_known') }}
    where known_on >= {{ changed_on() }}

),

lines as (

    select * from {{ ref('int_order_lines_parsed') }}

),

moment as (

    select * from {{ ref('int_moment_fixed') }}

),

known as (

    select changes.*
    from changes
    inner join moment on changes.known_on <= moment.as_of

),

of_lines as (

    select
        known.customer_id,
        known.ordered_on,
        known.known_on,
        case when grouping(lines.department) = 0 then 'department' else 'brand' end as kind,
        coalesce(lines.department, lines.brand) as name,
        sum(known.direction * lines.revenue * known.line_rate) as revenue
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
    where name is not null and revenue is not null
    union all
    select * from of_stores
    where name is not null and revenue is not null

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
