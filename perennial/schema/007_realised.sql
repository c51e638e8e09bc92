-- What came of the predictions: predicted beside realised, and how far the world has moved since a training.
set role publisher;

create table experiments.calibration (
    model text not null,
    stage text not null,
    scored_from date not null,
    scored_to date not null,
    population text not null check (population in ('unmessaged', 'everyone')),
    method text not null check (method in ('nobody_messaged', 'holdout', 'weighted', 'everyone')),
    kind text not null check (kind in ('probability', 'value')),
    horizon_days integer not null,
    model_versions text[] not null,
    count_rows bigint not null,
    count_customers bigint not null,
    effective_customers double precision not null,
    share_messaged double precision not null,
    predicted double precision not null,
    realised double precision not null,
    gap double precision not null,
    gap_low double precision not null,
    gap_high double precision not null,
    difference double precision not null,
    difference_low double precision not null,
    difference_high double precision not null,
    error double precision not null,
    error_low double precision not null,
    error_high double precision not null,
    error_floor double precision not null,
    slope double precision,
    slope_low double precision,
    slope_high double precision,
    intercept double precision,
    intercept_low double precision,
    intercept_high double precision,
    bias double precision,
    bias_low double precision,
    bias_high double precision,
    bins jsonb not null,
    measured_at timestamptz not null default now(),
    primary key (model, stage, scored_from, scored_to, population)
);
comment on table experiments.calibration is
    'One row per model, stage, span of scored days and population: predicted against realised once the horizon closed. '
    'gap, difference, error and bias are points (100 x probability; for a value, percent of the mean realised). '
    'bias is what counting messaged customers as well adds to the difference.';

create table experiments.drift (
    model text not null,
    as_of date not null,
    what text not null check (what in ('data', 'prediction')),
    feature text not null,
    reference_on date not null,
    current_on date not null,
    count_reference bigint not null,
    count_current bigint not null,
    stability_index double precision not null,
    threshold double precision not null,
    is_drifted boolean not null,
    measured_at timestamptz not null default now(),
    primary key (model, as_of, what, feature)
);
comment on table experiments.drift is
    'One row per model, day and feature (or its prediction): the population stability index between the snapshot of the '
    'newest training and that of current_on, beside the threshold that counts as drift.';

reset role;
