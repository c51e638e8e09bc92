-- Orders of each peak of the newest nine weeks, as a multiple of the usual. One row per peak.
select
    day::text as part,
    count_orders / greatest(usual_orders, 1) as times_usual
from marts.days
where is_peak and day > $as_of - 63
