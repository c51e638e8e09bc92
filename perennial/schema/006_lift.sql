-- What messaging each stage's audience achieved, measured against the holdout.
set role publisher;

create table experiments.lift (
    stage text not null,
    metric text not null check (metric in ('revenue', 'ordered')),
    as_of date not null,
    horizon_days integer not null,
    count_messaged bigint not null,
    count_holdout bigint not null,
    mean_messaged double precision,
    mean_holdout double precision,
    difference double precision,
    difference_low double precision,
    difference_high double precision,
    lift double precision,
    lift_low double precision,
    lift_high double precision,
    p_value double precision,
    sample_ratio_p_value double precision,
    verdict text not null,
    sentence text not null,
    more_days integer,
    measured_at timestamptz not null default now(),
    primary key (stage, metric, as_of)
);
comment on table experiments.lift is
    'One row per stage, metric and day. Everyone who has entered the stage''s audience and whose horizon since has closed, '
    'by the arm they entered in; difference and lift per customer over the horizon, intervals of 95 % that hold at every look.';

reset role;
