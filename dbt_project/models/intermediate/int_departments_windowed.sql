{%- set ranks = range(1, 9) -%}

with snapshots as (

    select * from {{ ref('int_snapshots_taken') }}

),

orders as (

    select * from {{ ref('int_orders_resolved') }}
    where not is_cancelled

),

lines as (

    select * from {{ ref('int_order_lines_parsed') }}

),

days as (

    select
        orders.customer_id,
        orders.ordered_on,
        orders.known_on,
        orders.known_until_on,
        lines.department,
        sum(lines.revenue) as revenue
    from orders
    inner join lines on orders.message_id = lines.message_id
    where lines.department is not null
    group by orders.customer_id, orders.ordered_on, orders.known_on, orders.known_until_on, lines.department

),

spent as (

    select
        snapshots.customer_id,
        snapshots.snapshot_on,
        days.department,
        greatest(sum(days.revenue), 0)::double precision as revenue
    from snapshots
    inner join days
        on
            snapshots.customer_id = days.customer_id
            and snapshots.snapshot_on >= days.known_on
            and snapshots.snapshot_on < days.known_until_on
            and snapshots.snapshot_on - days.ordered_on < 91
    group by snapshots.customer_id, snapshots.snapshot_on, days.department

),

ranked as (

    select
        snapshot_on,
        department,
        row_number() over (partition by snapshot_on order by sum(revenue) desc, department) as department_rank
    from spent
    group by snapshot_on, department

),

shares as (

    select
        spent.customer_id,
        spent.snapshot_on,
        ranked.department_rank,
        spent.revenue / nullif(sum(spent.revenue) over (partition by spent.customer_id, spent.snapshot_on), 0) as share
    from spent
    inner join ranked on spent.snapshot_on = ranked.snapshot_on and spent.department = ranked.department

)

select
    customer_id,
    snapshot_on,
    count(*) as count_departments_91d,
    max(share) as top_department_share_91d,
    - sum(case when share > 0 then share * ln(share) end) as department_entropy_91d
    {%- for rank in ranks %},
    coalesce(sum(share) filter (where department_rank = {{ rank }}), 0) as department_{{ rank }}_share_91d
    {%- endfor %}
from shares
group by customer_id, snapshot_on
