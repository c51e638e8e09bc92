-- The default day of every computation, and the events behind it that do not make a day.
set role loader;

create function raw.default_as_of() returns date
language plpgsql stable
as $$
    -- The newest day with events, unless what has arrived from it on is a handful beside the median of the 28 days with events
    -- before it: less than a tenth of it, or, after more than 30 silent days, less than all of it. A stray event (a wrong
    -- clock, a test, the first page view after midnight) then waits until others come.
declare
    day date;
    earlier date;
    count_later bigint;
    usual double precision;
begin
    select (max(occurred_at) at time zone 'UTC')::date into day from raw.events;
    while day is not null loop
        select count(*) into count_later from raw.events where occurred_at >= day::timestamp at time zone 'UTC';
        with recursive days (day, number) as (
            select (max(occurred_at) at time zone 'UTC')::date, 1
            from raw.events
            where occurred_at < day::timestamp at time zone 'UTC'
            union all
            -- One look into the index for each day, however many events lie between.
            select
                (
                    select (max(occurred_at) at time zone 'UTC')::date
                    from raw.events
                    where occurred_at < days.day::timestamp at time zone 'UTC'
                ),
                number + 1
            from days
            where number < 28 and days.day is not null
        ),

        counted as (
            select
                days.day,
                (
                    select count(*)
                    from raw.events
                    where
                        occurred_at >= days.day::timestamp at time zone 'UTC'
                        and occurred_at < (days.day + 1)::timestamp at time zone 'UTC'
                ) as count_events
            from days
            where days.day is not null
        )

        select max(counted.day), percentile_cont(0.5) within group (order by count_events)
        into earlier, usual
        from counted;
        exit when earlier is null or count_later >= usual * case when day - earlier > 30 then 1 else 0.1 end;
        day := earlier;
    end loop;
    return day;
end
$$;
comment on function raw.default_as_of is
    'The newest day that a few stray events have not made: the default moment of marts, gate, training and audiences.';
grant execute on function raw.default_as_of to transformer, publisher, reader;

reset role;
