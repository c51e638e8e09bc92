-- Findings of the gate that a person has accepted for a stated time.
set role publisher;

create table gate.acceptances (
    acceptance_id bigint generated always as identity primary key,
    check_name text not null,
    until_on date not null,
    why text not null check (btrim(why) <> ''),
    accepted_by text not null,
    accepted_at timestamptz not null default now()
);
comment on table gate.acceptances is
    'Append-only: who accepted a finding of the gate, why, and for runs up to which day (inclusive). Of a check, the newest counts.';

reset role;
