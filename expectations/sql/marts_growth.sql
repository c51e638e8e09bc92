-- Rows now against those of the last good run. One row per mart. What the events since, or the snapshot days since, explain
-- is no jump: with three times the events, three times the rows are expected.
with before as (
    select
        gate_run_id,
        as_of,
        statistics -> 'rows' as count_rows
    from gate.runs
    where gate_run_id = $baseline
),

-- As the gate counted them then; an event that came later may be dated before.
events as (
    select
        count(*)::double precision as count_now,
        coalesce(
            (
                select (runs.statistics ->> 'count_events')::bigint
                from gate.runs
                inner join before on runs.as_of = before.as_of and runs.gate_run_id < before.gate_run_id
                where runs.suite = 'raw' and runs.is_success
                order by runs.gate_run_id desc
                limit 1
            ),
            count(*) filter (where occurred_at < (select (as_of + 1)::timestamp at time zone 'UTC' from before))
        ) as count_before
    from raw.events
    where occurred_at < $as_of_at
),

snapshots as (
    select
        day.name,
        (day.on_day - first.snapshot_on + 6) / 7 + 1 as count_days
    from (select min(snapshot_on) as snapshot_on from marts.customer_stages) as first
    cross join before
    cross join lateral (values ('now', $as_of), ('before', before.as_of)) as day (name, on_day)
),

counted as (
    $counted
),

compared as (
    select
        counted.part,
        counted.count_rows,
        counted.count_rows / nullif((before.count_rows ->> counted.part)::double precision, 0) as growth,
        greatest(1, events.count_now / nullif(events.count_before, 0))
        * case
            when counted.part in ('marts.customer_stages', 'marts.customer_features')
                then (
                    select
                        max(count_days) filter (where name = 'now')::double precision
                        / max(count_days) filter (where name = 'before')
                    from snapshots
                )
            else 1
        end as explained
    from counted
    cross join before
    cross join events
)

select
    part,
    count_rows,
    growth as share_of_last_time,
    -- Labels begin with nothing and then come week by week.
    case when not starts_with(part, 'marts.label_') and growth > 1.25 * explained then growth end as jump,
    case when not starts_with(part, 'marts.label_') and growth > 2 * explained then growth end as multiple
from compared
