-- The column says what it holds. Its old name reads the same values for one release.
set role publisher;

alter table predictions.scores rename column level to intercept_update;
comment on column predictions.scores.intercept_update is
    'Log odds added to the probabilities of the model version, estimated from the newest observed outcomes; the same for all '
    'customers of a model and day; null for values.';

alter table predictions.scores add column level double precision generated always as (intercept_update) virtual;
comment on column predictions.scores.level is 'Deprecated: read intercept_update.';

reset role;
