-- Who a person is, in the tables that every package asks. Kept by the loader within each load; event times alone decide.
create schema if not exists identity authorization loader;
grant usage on schema identity to loader, transformer, publisher, reader;
alter default privileges for role loader in schema identity grant select on tables to transformer, publisher, reader;

set role loader;

create index events_of_identity on raw.events (load_id) where type in ('identify', 'alias');

create table identity.aliases (
    message_id text primary key,
    old_id text not null,
    new_id text not null,
    occurred_at timestamptz not null
);
create index aliases_by_old on identity.aliases (old_id, occurred_at, message_id);
create index aliases_by_new on identity.aliases (new_id);
comment on table identity.aliases is 'One row per alias event whose two ids differ. Only the newest of an old id counts.';

create table identity.links (
    anonymous_id text,
    occurred_at timestamptz,
    message_id text,
    user_id text,
    primary key (anonymous_id, occurred_at, message_id, user_id)
);
comment on table identity.links is 'One row per event that says who used a device, and device.';

create table identity.device_users (
    anonymous_id text,
    user_id text,
    first_at timestamptz not null,
    primary key (anonymous_id, user_id)
);
create index device_users_by_user on identity.device_users (user_id);
comment on table identity.device_users is 'One row per device and user identified on it, with when that was first.';

create table identity.identifiers (
    kind text check (kind in ('email', 'phone', 'household')),
    value text,
    customer_id text,
    first_at timestamptz not null,
    primary key (kind, value, customer_id)
);
create index identifiers_by_customer on identity.identifiers (customer_id);
comment on table identity.identifiers is
    'One row per id and address, phone number or household that its identify events have named, with when that was first.';

create table identity.public (
    kind text check (kind in ('device', 'email', 'phone', 'household')),
    value text,
    primary key (kind, value)
);
comment on table identity.public is
    'One row per device or identifier that more than 50 ids have: public or a placeholder, it ties nobody.';

create table identity.persons (
    customer_id text primary key,
    person_id text not null,
    passed text[] not null,
    since timestamptz[] not null
);
create index persons_by_person on identity.persons (person_id);
comment on table identity.persons is
    'One row per id that an alias names: the id its person has now, the ids passed on the way there, itself first, and since '
    'when all aliases up to each held. Any other id is a person of its own.';

create table identity.ties (
    customer_id text,
    other_id text,
    kind text check (kind in ('own', 'device', 'shared device', 'email', 'phone', 'household')),
    since timestamptz not null,
    primary key (customer_id, other_id, kind)
);
create index ties_by_other on identity.ties (other_id);
comment on table identity.ties is
    'One row per id and other id whose statements may count for it: all of them where both are one person (own, since then), '
    'refusals where they are tied.';

-- What an event says of identity, once: for a load, and for all of them.
create view identity.stated_aliases as
select message_id, properties ->> 'previousId' as old_id, user_id as new_id, occurred_at, load_id
from raw.events
where type = 'alias' and properties ->> 'previousId' <> user_id;

create view identity.stated_links as
select device.anonymous_id, events.occurred_at, events.message_id, events.user_id, events.load_id
from raw.events
cross join lateral (
    values (anonymous_id), (case when type = 'alias' then properties ->> 'previousId' end)
) as device (anonymous_id)
where type in ('identify', 'alias') and device.anonymous_id <> user_id;

create view identity.stated_identifiers as
select identifier.kind, identifier.value, coalesce(user_id, anonymous_id) as customer_id, occurred_at, load_id
from raw.events
cross join lateral (
    values
    ('email', left(lower(btrim(traits ->> 'email')), 320)),
    ('phone', left(regexp_replace(traits ->> 'phone', '\D', '', 'g'), 40)),
    ('household', left(btrim(coalesce(traits ->> 'household_id', traits ->> 'householdId')), 200))
) as identifier (kind, value)
where type = 'identify' and identifier.value <> '';

-- Devices and identifiers that tie: all but public ones.
create view identity.known_devices as
select anonymous_id, user_id, first_at
from identity.device_users
where not exists (select from identity.public where kind = 'device' and value = device_users.anonymous_id);

create view identity.known_identifiers as
select kind, value, customer_id, first_at
from identity.identifiers
where not exists (
    select from identity.public where public.kind = identifiers.kind and public.value = identifiers.value
);

create function identity.most_shared() returns integer
language sql immutable
return 50;
comment on function identity.most_shared is 'What more ids than this share is a public device or a placeholder, and ties nobody.';

create function identity.persons_at(wanted text[], moment timestamptz)
returns table (customer_id text, person_id text, passed text[], since timestamptz[])
language sql stable
as $$
    -- Each id follows the newest alias of it before the moment; in a circle all are the smallest of its ids.
    with recursive walk (start_id, current_id, hops, passed, since) as (
        select id, id, 0, array[id], array['-infinity'::timestamptz]
        from unnest(wanted) as id
        union all
        select
            walk.start_id, successor.new_id, walk.hops + 1, walk.passed || successor.new_id,
            walk.since || greatest(walk.since[walk.hops + 1], successor.occurred_at)
        from walk
        cross join lateral (
            select aliases.new_id, aliases.occurred_at
            from identity.aliases
            where aliases.old_id = walk.current_id and aliases.occurred_at < moment
            order by aliases.occurred_at desc, aliases.message_id desc
            limit 1
        ) as successor
        where walk.hops < 100 and not walk.current_id = any(walk.passed[:walk.hops])
    )

    select distinct on (start_id)
        start_id,
        case
            when current_id = any(passed[:hops])
                then (
                    select min(id collate "C") from unnest(passed[array_position(passed, current_id):]) as id
                )
            else current_id
        end,
        passed,
        since
    from walk
    order by start_id, hops desc
$$;
comment on function identity.persons_at is 'The person of each wanted id by the aliases before a moment.';

create function identity.person_at(wanted text, moment timestamptz) returns text
language sql stable
as $$
    -- The user last identified on the device before the moment, who is then followed through the aliases.
    select persons.person_id
    from identity.persons_at(
        array[coalesce(
            (
                select links.user_id
                from identity.links
                where links.anonymous_id = wanted and links.occurred_at < moment
                order by links.occurred_at desc, links.message_id desc
                limit 1
            ),
            wanted
        )],
        moment
    ) as persons
$$;
comment on function identity.person_at is 'The person an id, a user''s or a device''s, belongs to as of a moment.';

create function identity.component(wanted text[]) returns text[]
language plpgsql stable
-- How many ids are wanted decides how they are best found.
set plan_cache_mode = force_custom_plan
as $$
    -- All ids connected with the wanted ones by aliases, devices and shared identifiers.
declare
    known text[];
    wave text[];
begin
    select array_agg(distinct id) into wave from unnest(wanted) as id;
    while wave is not null loop
        known := known || wave;
        select array_agg(found.id) into wave
        from (
            select others.customer_id as id
            from identity.persons as mine
            inner join identity.persons as others on mine.person_id = others.person_id
            where mine.customer_id = any(wave)
            union
            select user_id from identity.known_devices where anonymous_id = any(wave)
            union
            select anonymous_id from identity.known_devices where user_id = any(wave)
            union
            select others.customer_id
            from identity.known_identifiers as mine
            inner join identity.identifiers as others on mine.kind = others.kind and mine.value = others.value
            where mine.customer_id = any(wave)
        ) as found
        where not exists (select from unnest(known) as seen (id) where seen.id = found.id);
    end loop;
    return known;
end
$$;

create function identity.ties_of(wanted text[])
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
        from identity.known_devices as devices
        inner join owned on devices.user_id = owned.id
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
        from identity.known_identifiers as identifiers
        inner join speaking on identifiers.customer_id = speaking.id
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
comment on function identity.ties_of is 'Rows of identity.ties for ids with everything that is connected with them.';

create function identity.follow_aliases(wanted text[]) returns void
language plpgsql
set plan_cache_mode = force_custom_plan
as $$
    -- identity.persons again for these ids and all that aliases connect with them.
declare
    known text[];
    wave text[];
begin
    select array_agg(distinct id) into wave from unnest(wanted) as id;
    while wave is not null loop
        known := known || wave;
        select array_agg(found.id) into wave
        from (
            select new_id as id from identity.aliases where old_id = any(wave)
            union
            select old_id from identity.aliases where new_id = any(wave)
        ) as found
        where not exists (select from unnest(known) as seen (id) where seen.id = found.id);
    end loop;
    delete from identity.persons where customer_id = any(known);
    insert into identity.persons
    select * from identity.persons_at(known, 'infinity');
end
$$;

create function identity.renew(connected text[]) returns void
language plpgsql
set plan_cache_mode = force_custom_plan
as $$
    -- The ties of ids that are all there is of their components.
begin
    delete from identity.ties where customer_id = any(connected);
    if cardinality(connected) > 1000 then
        -- Nobody can estimate how many ties there are: a nested loop chosen in error is quadratic.
        perform set_config('enable_nestloop', 'off', true);
    end if;
    insert into identity.ties select * from identity.ties_of(connected);
    perform set_config('enable_nestloop', 'on', true);
end
$$;

create function identity.make_public(wanted_kind text[], wanted_value text[]) returns text[]
language plpgsql
as $$
    -- Those of these identifiers and devices that have come to be of too many ids; returns the ids they tied until now.
declare
    freed text[];
begin
    with holders as (
        select distinct wanted.kind, wanted.value, holders.id
        from unnest(wanted_kind, wanted_value) as wanted (kind, value)
        cross join lateral (
            select customer_id as id from identity.identifiers where kind = wanted.kind and value = wanted.value
            union all
            select user_id from identity.device_users where wanted.kind = 'device' and anonymous_id = wanted.value
        ) as holders
        where not exists (select from identity.public where public.kind = wanted.kind and public.value = wanted.value)
    ),

    made as (
        insert into identity.public
        select kind, value from holders
        group by kind, value
        having count(*) > identity.most_shared()
        returning kind, value
    ),

    reported as (
        insert into raw.data_issues (kind, detail, source, fingerprint)
        select
            'shared by too many ids',
            format('%s %s is of more than %s ids: a placeholder or public device, it ties nobody', kind, value, identity.most_shared()),
            'identity',
            md5(concat_ws(E'\n', 'shared by too many ids', kind, value))
        from made
        on conflict do nothing
    )

    select array_agg(holders.id) into freed
    from holders
    inner join made on holders.kind = made.kind and holders.value = made.value;
    return coalesce(freed, '{}');
end
$$;

create function identity.extend(wanted_load bigint) returns void
language plpgsql
-- In tables that grow from nothing PostgreSQL does not know yet that a load is a small part of them.
set enable_seqscan = off
as $$
declare
    changed text[] := '{}';
    found text[];
    kinds text[];
    names text[];
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

    with added as (
        insert into identity.device_users as known
        select anonymous_id, user_id, min(occurred_at)
        from identity.stated_links
        where load_id = wanted_load
        group by 1, 2
        order by 1, 2
        on conflict (anonymous_id, user_id) do update set first_at = excluded.first_at
        where excluded.first_at < known.first_at
        returning known.anonymous_id, known.user_id
    )

    select array_agg(anonymous_id), array_agg(user_id) into names, found from added;
    if found is not null then
        kinds := array_fill('device'::text, array[cardinality(names)]);
        changed := changed || names || found || identity.make_public(kinds, names);
    end if;

    with added as (
        insert into identity.identifiers as known
        select kind, value, customer_id, min(occurred_at)
        from identity.stated_identifiers
        where load_id = wanted_load
        group by 1, 2, 3
        order by 1, 2, 3
        on conflict (kind, value, customer_id) do update set first_at = excluded.first_at
        where excluded.first_at < known.first_at
        returning known.kind, known.value, known.customer_id
    )

    select array_agg(kind), array_agg(value), array_agg(customer_id) into kinds, names, found from added;
    if found is not null then
        changed := changed || identity.make_public(kinds, names) || array(
            -- An identifier of one id alone ties nobody.
            select named.customer_id
            from unnest(kinds, names, found) as named (kind, value, customer_id)
            where exists (
                select from identity.known_identifiers as others
                where others.kind = named.kind and others.value = named.value and others.customer_id <> named.customer_id
            )
        );
    end if;

    if changed <> '{}' then
        perform identity.renew(identity.component(changed));
    end if;
end
$$;
comment on function identity.extend is 'Brings the tables of this schema up to a load; within the transaction that loads it.';

create function identity.rebuild() returns void
language plpgsql
as $$
declare
    connected text[];
begin
    delete from identity.aliases;
    delete from identity.links;
    delete from identity.device_users;
    delete from identity.identifiers;
    delete from identity.public;
    delete from identity.persons;
    delete from identity.ties;
    insert into identity.aliases select message_id, old_id, new_id, occurred_at from identity.stated_aliases;
    insert into identity.links
    select anonymous_id, occurred_at, message_id, user_id from identity.stated_links
    on conflict do nothing;
    insert into identity.device_users
    select anonymous_id, user_id, min(occurred_at) from identity.links group by 1, 2;
    insert into identity.identifiers
    select kind, value, customer_id, min(occurred_at) from identity.stated_identifiers group by 1, 2, 3;
    perform identity.make_public(array_agg(kind), array_agg(value))
    from (
        select kind, value from identity.identifiers group by 1, 2 having count(*) > identity.most_shared()
        union all
        select 'device', anonymous_id from identity.device_users group by 2 having count(*) > identity.most_shared()
    ) as crowded;
    insert into identity.persons
    select persons.*
    from (select array_agg(old_id) || array_agg(new_id) as ids from identity.aliases) as aliased
    cross join lateral identity.persons_at(aliased.ids, 'infinity') as persons;
    select array_agg(id) into connected
    from (
        select customer_id as id from identity.persons
        union
        select anonymous_id from identity.device_users
        union
        select user_id from identity.device_users
        union
        select customer_id from identity.identifiers
    ) as everyone;
    perform identity.renew(connected);
end
$$;
comment on function identity.rebuild is 'The tables of this schema again from raw.events, as loads one by one would have left them.';

-- What somebody deletes from raw.events is forgotten here as well.
create function identity.forget() returns trigger
language plpgsql security definer
-- Runs as the loader, whoever deletes: nothing of theirs may stand for what is meant here.
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'TRUNCATE' then
        perform identity.rebuild();
    elsif exists (select from deleted where type in ('identify', 'alias')) then
        perform identity.rebuild();
    end if;
    return null;
end
$$;
create trigger forget_identity after delete on raw.events
referencing old table as deleted for each statement execute function identity.forget();
create trigger forget_all_identity after truncate on raw.events
for each statement execute function identity.forget();

select identity.rebuild();

reset role;
