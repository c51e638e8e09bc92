-- How far each day's probabilities were moved by what came of the days before.
set role publisher;

alter table predictions.scores add column level double precision;
comment on column predictions.scores.level is
    'Log odds added to what the model version says by itself, the same for all customers of a model and day; null for values.';

reset role;
