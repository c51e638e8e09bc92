-- What the platform itself concludes: gate results, scores, promotions, audiences, the holdout.
set role publisher;

create table gate.runs (
    gate_run_id bigint generated always as identity primary key,
    suite text not null,
    as_of date not null,
    is_success boolean not null,
    count_critical integer not null,
    count_warnings integer not null,
    statistics jsonb not null,
    failures jsonb not null,
    validated_at timestamptz not null default now()
);
comment on table gate.runs is
    'One row per checkpoint run. statistics hold the volumes and distributions that the next run is compared with.';

create table predictions.scores (
    model text not null,
    as_of date not null,
    as_of_at timestamptz not null,
    customer_id text not null,
    stage text not null,
    probability double precision check (probability between 0 and 1),
    value double precision,
    percentile double precision not null check (percentile between 0 and 1),
    band text not null check (band in ('low', 'medium', 'high')),
    reasons jsonb not null,
    model_version text not null,
    scored_at timestamptz not null default now(),
    primary key (model, as_of, customer_id)
);
comment on table predictions.scores is 'One row per model, day and customer. percentile is within the customers scored together.';

create table predictions.promotions (
    promotion_id bigint generated always as identity primary key,
    model text not null,
    model_version text not null,
    previous_version text,
    action text not null check (action in ('first', 'promoted', 'kept', 'promoted_by_hand', 'rolled_back')),
    as_of date not null,
    evidence jsonb not null,
    decided_at timestamptz not null default now()
);
comment on table predictions.promotions is
    'One row per decision about who is champion, with the evidence; kept means that the challenger lost.';

create table predictions.evaluations (
    model text not null,
    model_version text not null,
    as_of date not null,
    outcome text not null check (outcome in ('trained', 'no_model')),
    message text not null,
    metrics jsonb not null,
    evaluated_at timestamptz not null default now(),
    primary key (model, as_of, model_version)
);
comment on table predictions.evaluations is
    'One row per training attempt: held-out metrics beside the baseline, or why there is no model (version "none").';

create table audiences.runs (
    run_id text primary key,
    stage text not null,
    as_of date not null,
    as_of_at timestamptz not null,
    ordered_by text not null,
    model_version text,
    row_count bigint not null,
    checksum text not null,
    count_without_consent bigint not null,
    count_holdout bigint not null,
    published_at timestamptz not null default now()
);
create index runs_by_stage on audiences.runs (stage, as_of desc, published_at desc);
comment on table audiences.runs is
    'One row per published audience, its manifest. ordered_by is the model or the rule that ranked the members.';

create table audiences.members (
    run_id text not null references audiences.runs on delete cascade,
    customer_id text not null,
    rank bigint not null,
    probability double precision,
    percentile double precision,
    band text,
    reasons jsonb not null,
    channels text[] not null,
    entered_at timestamptz not null,
    is_holdout boolean not null,
    primary key (run_id, customer_id),
    unique (run_id, rank)
);
comment on table audiences.members is
    'One row per run and customer in the stage with profiling consent and at least one consented channel. '
    'channels lists the consented ones; holdout members are marked and never exported.';

create table experiments.holdout_members (
    customer_id text not null,
    salt_digest text not null,
    valid_from timestamptz not null,
    valid_to timestamptz,
    recorded_at timestamptz not null default now(),
    primary key (customer_id, salt_digest, valid_from)
);
comment on table experiments.holdout_members is
    'One row per customer and spell in the global control group. Append-only: a spell is ended by its valid_to, never removed.';

reset role;
