-- Features of the same past days, in this build and in the last good run: while the events before a day, the models and
-- the settings are the same, no feature of that day may have changed; one that has uses later events (look-ahead).
-- One row per feature, with the days on which it differs.
with before as (
    select stored.*
    from gate.runs
    cross join lateral jsonb_to_recordset(runs.statistics -> 'days')
        as stored (snapshot_on date, count_events bigint, count_links bigint, digests jsonb)
    where runs.gate_run_id = $baseline
),

now as (
    $days
)

select
    digest.key as part,
    count(*) filter (where digest.value is distinct from now.digests ->> digest.key) as count_changed
from before
inner join now
    on before.snapshot_on = now.snapshot_on
        and before.count_events = now.count_events
        and before.count_links = now.count_links
cross join lateral jsonb_each_text(before.digests) as digest
where now.digests -> digest.key is not null
group by digest.key
