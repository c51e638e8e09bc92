"""The queries behind a cohort: who entered a stage's audience, when, in which arm, and what they ordered.

Parameters: stage, moment (up to which all is known), horizon and before (intervals after and before entering).
"""

from perennial.consent import TRAINING
from perennial.holdout import MEMBERS_SQL
from perennial.tables import AUDIENCES_MEMBERS, AUDIENCES_RUNS, HOLDOUT_DRAWS, MARTS_CUSTOMERS, MARTS_ORDERS

MESSAGED, HOLDOUT = "messaged", "holdout"

# Whoever consented to training when they entered; whose acts theirs are by now; and whether they have withdrawn since.
_CONSENTED = f"""
    first_entered as (
        select distinct on (members.customer_id)
            members.customer_id,
            members.is_holdout,
            runs.as_of,
            runs.as_of_at
        from {AUDIENCES_MEMBERS} as members
        inner join {AUDIENCES_RUNS} as runs on members.run_id = runs.run_id
        where runs.stage = %(stage)s and runs.as_of_at <= %(moment)s
        order by members.customer_id, runs.as_of, runs.published_at
    ),

    answers as (
        select answers.*
        from (
            select array_agg(customer_id) as ids, array_agg(as_of_at) as entered_at from first_entered
        ) as asked
        cross join lateral consent.answers('{TRAINING}', asked.ids, asked.entered_at) as answers
    ),

    joined as (
        select customer_id from identity.persons
        union
        select anonymous_id from identity.device_users
    ),

    consented as (
        select
            first_entered.*,
            answers.is_granted,
            case
                when joined.customer_id is null then first_entered.customer_id
                else identity.became(first_entered.customer_id, first_entered.as_of_at, %(moment)s)
            end as person_id
        from first_entered
        inner join answers on first_entered.customer_id = answers.customer_id
        left join joined on first_entered.customer_id = joined.customer_id
        where answers.was_granted
    )
"""

# A person counts once, from their first entry under any id.
_ENTERED = f"""
    {_CONSENTED},

    entered as (
        select distinct on (person_id) *
        from consented
        where is_granted
        order by person_id, as_of_at, customer_id
    )
"""

ARMS_SQL = f"""
    with {_CONSENTED}

    select customer_id, is_holdout, is_granted, as_of_at + %(horizon)s <= %(moment)s as is_closed
    from consented
"""
"""Every id that entered with consent: its arm, whether it still consents, whether its horizon has closed."""

LEFT_OUT_SQL = f"""
    with {_CONSENTED}

    select (select count(*) from first_entered) - (select count(*) from consented)
"""

PENDING_SQL = f"""
    with {_ENTERED}

    select min(as_of_at) from entered where as_of_at + %(horizon)s > %(moment)s
"""

ENTITY_SQL = f"""
    select customer_id, as_of_at as event_timestamp
    from (
        with {_ENTERED}

        select * from entered
    ) as entered
"""

SHARE_HELD_SQL = f"""
    select coalesce(avg((held.customer_id is not null)::int), 0)::double precision
    from {MARTS_CUSTOMERS} as customers
    left join ({MEMBERS_SQL}) as held on customers.customer_id = held.customer_id
"""

COHORT_SQL = f"""
    with {_ENTERED},

    closed as (select * from entered where as_of_at + %(horizon)s <= %(moment)s),

    counted as (
        select
            closed.customer_id,
            sum(orders.net_revenue) filter (where orders.ordered_at >= closed.as_of_at) as revenue,
            count(*) filter (where orders.ordered_at >= closed.as_of_at) as count_orders,
            count(*) filter (
                where orders.ordered_at >= closed.as_of_at and orders.net_revenue is null
            ) as count_unvalued,
            sum(orders.net_revenue) filter (where orders.ordered_at < closed.as_of_at) as revenue_before,
            count(*) filter (where orders.ordered_at < closed.as_of_at) as count_orders_before
        from closed
        inner join {MARTS_ORDERS} as orders
            on closed.person_id = orders.customer_id
                and orders.ordered_at >= closed.as_of_at - %(before)s
                and orders.ordered_at < closed.as_of_at + %(horizon)s
        where not orders.is_cancelled
        group by closed.customer_id
    )

    select
        closed.customer_id,
        case when closed.is_holdout then '{HOLDOUT}' else '{MESSAGED}' end as arm,
        closed.as_of as entered_on,
        case
            when counted.count_unvalued > 0 then null else coalesce(counted.revenue, 0)
        end::double precision as revenue,
        (coalesce(counted.count_orders, 0) > 0)::int as ordered,
        coalesce(counted.revenue_before, 0)::double precision as revenue_before,
        coalesce(counted.count_orders_before, 0) as count_orders_before,
        draws.share
    from closed
    left join counted on closed.customer_id = counted.customer_id
    left join {HOLDOUT_DRAWS} as draws on closed.customer_id = draws.customer_id
    order by closed.customer_id
"""
