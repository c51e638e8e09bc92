-- Keys of the HTTP API. Only the publisher reads them; a key itself is stored nowhere, only its SHA-256.
create schema access authorization publisher;
revoke all on schema access from public;

set role publisher;

create table access.keys (
    key_id text primary key,
    scope text not null check (scope in ('write', 'decide', 'read', 'admin')),
    digest text not null,
    note text not null default '',
    created_at timestamptz not null default now(),
    revoked_at timestamptz
);
comment on table access.keys is 'One row per key ever made. digest is the SHA-256 of its 256-bit random secret.';

reset role;
