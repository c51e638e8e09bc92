-- Whom a message moves: the judgement of each stage's trial, and the customers of the segments that it supports.
set role publisher;

create table experiments.uplift (
    stage text not null,
    as_of date not null,
    horizon_days integer not null,
    count_messaged bigint not null,
    count_holdout bigint not null,
    verdict text not null,
    sentence text not null,
    evidence jsonb not null,
    estimated_at timestamptz not null default now(),
    primary key (stage, as_of)
);
comment on table experiments.uplift is
    'One row per stage and day: whether choosing whom to message pays, from everyone who has entered the stage''s audience.';

create table predictions.uplift (
    stage text not null,
    as_of date not null,
    customer_id text not null,
    segment text not null check (segment in ('persuadables', 'do_not_wake')),
    uplift double precision not null,
    low double precision not null,
    high double precision not null,
    version text not null,
    primary key (stage, as_of, customer_id)
);
comment on table predictions.uplift is
    'One row per stage, day and customer of a segment that the data supports: what a message adds to revenue over the horizon.';

reset role;
