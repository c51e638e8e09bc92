union all
select
    '$table' as part,
    count(*) filter (where snapshot_on > $as_of) as count_after,
    count(*) filter (where snapshot_at is distinct from (snapshot_on + 1)::timestamp at time zone 'UTC') as count_misdated,
    $count_unobserved as count_unobserved
from $table
