-- First-party events in the Segment spec's envelope (https://segment.com/docs/connections/spec/common/).
set role loader;

create sequence raw.load_ids;

create table raw.loads (
    load_id bigint primary key,
    source text not null,
    loaded_at timestamptz not null default now(),
    count_loaded bigint not null,
    count_duplicate bigint not null,
    count_rejected bigint not null
);
comment on table raw.loads is
    'One row per committed batch. load_id grows in commit order (batches take an advisory lock), so whoever has '
    'read up to a load_id has missed nothing below it.';

create table raw.events (
    message_id text primary key,
    type text not null check (type in ('track', 'identify', 'page', 'screen', 'group', 'alias')),
    event text,
    user_id text,
    anonymous_id text,
    occurred_at timestamptz not null,
    sent_at timestamptz,
    received_at timestamptz not null,
    properties jsonb not null default '{}',
    context jsonb not null default '{}',
    traits jsonb not null default '{}',
    source text not null,
    load_id bigint not null,
    check (user_id is not null or anonymous_id is not null)
);
create index events_by_load on raw.events (load_id);
create index events_by_occurred on raw.events (occurred_at);
create index events_by_user on raw.events (user_id, occurred_at);
create index events_by_anonymous on raw.events (anonymous_id, occurred_at) where user_id is null;
comment on table raw.events is 'One row per message_id; append-only.';

create table raw.rejected_events (
    rejected_id bigint generated always as identity primary key,
    source text not null,
    line bigint,
    reason text not null,
    payload text,
    fingerprint text not null unique,
    received_at timestamptz not null default now()
);
comment on table raw.rejected_events is
    'One row per refused line. fingerprint is a digest of source, line and payload, so that loading a file again doubles nothing.';

create table consent.ledger (
    consent_id bigint generated always as identity primary key,
    customer_id text not null,
    purpose text not null,
    is_granted boolean not null,
    valid_from timestamptz not null,
    recorded_at timestamptz not null default now(),
    source text not null,
    evidence text,
    message_id text,
    unique nulls not distinct (purpose, customer_id, valid_from, source, message_id, is_granted)
);
comment on table consent.ledger is
    'Append-only: what each customer agreed to or withdrew, from when, and how that is known. purpose is profiling, training or a channel.';

create function consent.granted(wanted_purpose text, moment timestamptz)
returns table (customer_id text)
language sql stable
as $$
    -- The latest record before the moment and the latest of all both grant: a withdrawal also stops work on the past.
    -- Between records of the same instant, the refusal wins. No settings pinned and no subquery, so that the planner
    -- sees through it: asking about a few customers reads their records only.
    select ledger.customer_id
    from consent.ledger
    where ledger.purpose = wanted_purpose
    group by ledger.customer_id
    having
        (array_agg(ledger.is_granted order by ledger.valid_from desc, ledger.is_granted))[1]
        and (array_agg(ledger.is_granted order by ledger.valid_from desc, ledger.is_granted) filter (
            where ledger.valid_from < moment
        ))[1]
$$;
comment on function consent.granted is
    'Customers with consent for a purpose at a moment that has not been withdrawn since. No record: not among them.';
grant execute on function consent.granted to transformer, publisher, reader;

reset role;
