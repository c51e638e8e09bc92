-- How far the tables that lie in the warehouse have been read.
set role loader;

create table raw.table_cursors (
    source text not null,
    kind text not null,
    cursor timestamptz not null,
    recorded_at timestamptz not null default now(),
    primary key (source, kind, cursor)
);
comment on table raw.table_cursors is
    'Append-only: the newest updated_at of a table (source, as lifecycle.yml names it) whose rows are all in. Written after them, so that a '
    'read that was killed is repeated. The greatest counts.';

reset role;
