-- What was refused since the last good run. One row. Of fewer than 100 lines a share says little.
select
    'loads' as part,
    coalesce(sum(count_rejected), 0)::bigint as count_rejected,
    coalesce(sum(count_rejected), 0)::double precision
    / greatest(sum(count_loaded + count_duplicate + count_rejected), 1)::double precision as share_rejected,
    case when sum(count_loaded + count_duplicate + count_rejected) >= 100 then sum(count_rejected) else 0 end::double precision
    / greatest(sum(count_loaded + count_duplicate + count_rejected), 1)::double precision as share_rejected_of_many
from raw.loads
where load_id > $since_load
