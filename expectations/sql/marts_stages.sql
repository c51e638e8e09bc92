-- Exactly one stage and one row of features for every customer known by then. One row per snapshot day, and one for the
-- days themselves. Past days hold customers by the ids known then, of which two may have turned out to be one since: so at
-- least as many, and on the day itself exactly as many.
with new_customers as (
    select
        -- A clock years behind lies before the history, whose first snapshot is of its first week.
        greatest(
            (first_seen_at at time zone 'UTC')::date, (select min(snapshot_on) - 6 from marts.customer_stages)
        ) as first_seen_on,
        count(*) as count_customers
    from marts.customers
    group by 1
),

staged as (
    select
        snapshot_on,
        count(*) as count_staged,
        count(*) filter (where stage is null or stage not in ($stages)) as count_unknown
    from marts.customer_stages
    group by snapshot_on
),

largest as (
    select max(count_stage) / sum(count_stage) as share_largest
    from (
        select count(*) as count_stage
        from marts.customer_stages
        where snapshot_on = $as_of
        group by stage
    ) as stages
    having sum(count_stage) >= 100
),

featured as (
    select
        snapshot_on,
        count(*) as count_featured
    from marts.customer_features
    group by snapshot_on
),

expected as (
    select day::date as snapshot_on
    from generate_series(
        (select min(first_seen_on) from new_customers)::timestamp, $as_of::timestamp, interval '1 day'
    ) as day
    where extract(isodow from day) = $isodow or day = $as_of::timestamp
),

days as (
    select
        coalesce(expected.snapshot_on, staged.snapshot_on, featured.snapshot_on) as snapshot_on,
        expected.snapshot_on is not null as is_expected,
        coalesce(staged.count_staged, 0) as count_staged,
        coalesce(staged.count_unknown, 0) as count_unknown,
        coalesce(featured.count_featured, 0) as count_featured
    from expected
    full outer join staged on expected.snapshot_on = staged.snapshot_on
    full outer join featured on coalesce(expected.snapshot_on, staged.snapshot_on) = featured.snapshot_on
),

known as (
    select
        days.snapshot_on,
        coalesce(sum(new_customers.count_customers), 0) as count_known
    from days
    left join new_customers on days.snapshot_on >= new_customers.first_seen_on
    group by days.snapshot_on
)

select
    days.snapshot_on::text as part,
    case
        when days.snapshot_on = $as_of then abs(known.count_known - days.count_staged)
        else greatest(known.count_known - days.count_staged, 0)
    end as count_without_one_stage,
    case
        when days.snapshot_on = $as_of then abs(known.count_known - days.count_featured)
        else greatest(known.count_known - days.count_featured, 0)
    end as count_without_features,
    days.count_unknown as count_unknown_stages,
    (not days.is_expected)::integer as count_unexpected_days,
    case when days.snapshot_on = $as_of then (select share_largest from largest) end::double precision as share_largest
from days
inner join known on days.snapshot_on = known.snapshot_on
