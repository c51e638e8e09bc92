-- What could not be used of accepted events, and addresses that take no messages any more.
set role loader;

create table raw.data_issues (
    issue_id bigint generated always as identity primary key,
    kind text not null,
    message_id text,
    detail text not null,
    payload text,
    source text not null,
    line bigint,
    load_id bigint,
    received_at timestamptz not null default now(),
    fingerprint text not null unique
);
create index data_issues_by_message on raw.data_issues (message_id);
comment on table raw.data_issues is
    'One row per kind and subject: events that were accepted without a part of theirs, the second content of a reused message id '
    '(payload), files that could not be read. fingerprint is a digest of kind and subject, so that loading a file again doubles nothing.';

create table consent.suppressions (
    suppression_id bigint generated always as identity primary key,
    customer_id text not null,
    channel text not null,
    address text,
    since timestamptz not null,
    until timestamptz,
    reason text not null,
    source text not null,
    message_id text,
    recorded_at timestamptz not null default now(),
    unique nulls not distinct (channel, customer_id, since, source, message_id)
);
create index suppressions_by_address on consent.suppressions (channel, address);
comment on table consent.suppressions is
    'Append-only: addresses that take no messages from since on (a permanent bounce), which is no refusal. customer_id is the id the event '
    'came with; address is what the event named, in lower case, null where it named none: then it is the address of that customer.';

-- Refusals that were recorded under another spelling of their purpose count under its own name as well.
insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source, evidence, message_id)
select customer_id, lower(btrim(purpose)), false, valid_from, source, evidence, message_id
from consent.ledger
where not is_granted and purpose <> lower(btrim(purpose))
on conflict do nothing;

-- Events loaded before withdrawals were read from them.
insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source, evidence, message_id)
select coalesce(user_id, anonymous_id), 'email', false, occurred_at, 'event', event, message_id
from raw.events
where
    type = 'track'
    and translate(lower(event), ' _-', '') in (
        'unsubscribed', 'emailunsubscribed', 'unsubscribedfromlist', 'unsubscribedfromemail', 'unsubscribedfromemailmarketing',
        'emailmarkedasspam', 'markedemailasspam', 'spamreport', 'groupunsubscribe'
    )
on conflict do nothing;

reset role;
