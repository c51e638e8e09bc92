-- A load of many first identifies costs what its own ids cost, not what all ids cost: same tables, fewer statements.
set role loader;

create or replace function identity.ties_of(wanted text[])
returns table (customer_id text, other_id text, kind text, since timestamptz)
language sql stable
as $$
    -- Of ids that are all there is of their components.
    with owned as (
        select id, coalesce(persons.person_id, id) as person_id, persons.passed, persons.since
        from unnest(wanted) as id
        left join identity.persons on id = persons.customer_id
    ),

    used as (
        select distinct devices.anonymous_id as id, owned.person_id
        from owned
        cross join lateral (
            select anonymous_id from identity.device_users where user_id = owned.id
            -- Each is looked up by its key, however many others there are.
            offset 0
        ) as devices
        where not exists (select from identity.public where kind = 'device' and value = devices.anonymous_id)
    ),

    -- The ids that speak for a person: their own, and the devices they were identified on.
    speaking as (
        select id, person_id, true as is_own from owned
        union all
        select used.id, used.person_id, false
        from used
        inner join owned on used.id = owned.id
        where used.person_id <> owned.person_id
    ),

    holding as (
        select distinct identifiers.kind, identifiers.value, speaking.person_id
        from speaking
        cross join lateral (
            select kind, value from identity.identifiers where customer_id = speaking.id offset 0
        ) as identifiers
        where not exists (
            select from identity.public where public.kind = identifiers.kind and public.value = identifiers.value
        )
    ),

    tied as (
        select person_id, person_id as other_person_id, 'device' as kind from speaking where not is_own
        union
        select one.person_id, other.person_id, 'shared device'
        from used as one
        inner join used as other on one.id = other.id and one.person_id <> other.person_id
        union
        select one.person_id, other.person_id, one.kind
        from holding as one
        inner join holding as other
            on one.kind = other.kind and one.value = other.value and one.person_id <> other.person_id
    )

    -- Two ids are one person since both lead to one id.
    select one.id, other.id, 'own', (
        select min(greatest(mine.since, theirs.since))
        from unnest(one.passed, one.since) as mine (id, since)
        inner join unnest(other.passed, other.since) as theirs (id, since) on mine.id = theirs.id
    )
    from owned as one
    inner join owned as other on one.person_id = other.person_id and one.id <> other.id
    union all
    select distinct one.id, other.id, tied.kind, '-infinity'::timestamptz
    from tied
    inner join speaking as one on tied.person_id = one.person_id
    inner join speaking as other on tied.other_person_id = other.person_id
    where one.id <> other.id and not (tied.kind = 'device' and one.is_own and other.is_own)
$$;

create or replace function identity.renew(connected text[]) returns void
language plpgsql
set plan_cache_mode = force_custom_plan
as $$
    -- The ties of ids that are all there is of their components.
declare
    before text := current_setting('enable_nestloop');
begin
    delete from identity.ties where customer_id = any(connected);
    if cardinality(connected) > 1000 then
        -- Nobody can estimate how many ties there are: a nested loop chosen in error is quadratic.
        perform set_config('enable_nestloop', 'off', true);
    end if;
    insert into identity.ties select * from identity.ties_of(connected);
    perform set_config('enable_nestloop', before, true);
end
$$;

create function identity.tie_pairs(devices text[], users text[], changed text[]) returns text[]
language plpgsql
-- Each id is looked up by its key (offset 0), however many others there are.
set plan_cache_mode = force_custom_plan
as $$
    -- Ties new pairs of a device and its user that are all there is of their components, as nearly all first identifies
    -- are; returns the ids of the others. A component that was there before has ties, and one that comes to be
    -- in this load has an id that is in two pairs or in changed.
declare
    others text[];
begin
    with pairs as (
        select device, user_id from unnest(devices, users) as pair (device, user_id)
    ),

    connected as (
        select id from unnest(devices || users) as id
        group by id
        having count(*) > 1
        union all
        select id from unnest(changed) as id
    ),

    alone as (
        select device, user_id
        from pairs
        where
            device not in (select id from connected)
            and user_id not in (select id from connected)
            and not exists (select from identity.ties where customer_id = device offset 0)
            and not exists (select from identity.ties where customer_id = user_id offset 0)
            and not exists (select from identity.identifiers where customer_id = device offset 0)
            and not exists (select from identity.public where kind = 'device' and value = device offset 0)
    ),

    tied as (
        insert into identity.ties
        select ends.customer_id, ends.other_id, 'device', '-infinity'
        from alone
        cross join lateral (values (device, user_id), (user_id, device)) as ends (customer_id, other_id)
    )

    select array_agg(pairs.device) || array_agg(pairs.user_id) into others
    from pairs
    left join alone on pairs.device = alone.device
    where alone.device is null;
    return coalesce(others, '{}');
end
$$;

create or replace function identity.extend(wanted_load bigint) returns void
language plpgsql
-- In tables that grow from nothing PostgreSQL does not know yet that a load is a small part of them.
set enable_seqscan = off
as $$
declare
    changed text[] := '{}';
    found text[];
    kinds text[];
    names text[];
    devices text[];
    users text[];
    paired text[];
begin
    with added as (
        insert into identity.aliases
        select message_id, old_id, new_id, occurred_at from identity.stated_aliases where load_id = wanted_load
        on conflict do nothing
        returning old_id, new_id
    )

    select array_agg(old_id) || array_agg(new_id) into found from added;
    if found is not null then
        perform identity.follow_aliases(found);
        changed := found;
    end if;

    insert into identity.links
    select anonymous_id, occurred_at, message_id, user_id from identity.stated_links where load_id = wanted_load
    on conflict do nothing;

    -- When one was first named changes no tie: only new ones go on. A row that was updated has an xmax.
    with added as (
        insert into identity.device_users as known
        select anonymous_id, user_id, min(occurred_at)
        from identity.stated_links
        where load_id = wanted_load
        group by 1, 2
        order by 1, 2
        on conflict (anonymous_id, user_id) do update set first_at = excluded.first_at
        where excluded.first_at < known.first_at
        returning known.anonymous_id, known.user_id, known.xmax = 0 as is_new
    )

    select array_agg(anonymous_id), array_agg(user_id) into devices, users from added where is_new;

    with added as (
        insert into identity.identifiers as known
        select kind, value, customer_id, min(occurred_at)
        from identity.stated_identifiers
        where load_id = wanted_load
        group by 1, 2, 3
        order by 1, 2, 3
        on conflict (kind, value, customer_id) do update set first_at = excluded.first_at
        where excluded.first_at < known.first_at
        returning known.kind, known.value, known.customer_id, known.xmax = 0 as is_new
    )

    select array_agg(kind), array_agg(value), array_agg(customer_id) into kinds, names, found from added where is_new;

    -- An identifier of one id alone ties nobody, unless it is that of a device, which speaks for its users as well; a public
    -- one ties nobody either.
    select array_agg(named.kind), array_agg(named.value), array_agg(named.customer_id) into kinds, names, found
    from unnest(kinds, names, found) as named (kind, value, customer_id)
    where
        (
            exists (
                select from identity.identifiers as others
                where others.kind = named.kind and others.value = named.value and others.customer_id <> named.customer_id
                offset 0
            )
            or exists (select from identity.device_users where anonymous_id = named.customer_id offset 0)
        )
        and not exists (
            select from identity.public where public.kind = named.kind and public.value = named.value offset 0
        );
    if found is not null then
        changed := changed || identity.make_public(kinds, names) || found;
    end if;

    if devices is not null then
        paired := identity.tie_pairs(devices, users, changed);
        if paired <> '{}' then
            names := paired[:cardinality(paired) / 2];
            kinds := array_fill('device'::text, array[cardinality(names)]);
            changed := changed || paired || identity.make_public(kinds, names);
        end if;
    end if;

    if changed <> '{}' then
        perform identity.renew(identity.component(changed));
    end if;
end
$$;
comment on function identity.extend is 'Brings the tables of this schema up to a load; within the transaction that loads it.';

reset role;
