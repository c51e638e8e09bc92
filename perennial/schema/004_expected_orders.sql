-- customer_value predicts orders as well as spend.
set role publisher;
alter table predictions.scores add column expected_orders double precision;
comment on column predictions.scores.expected_orders is 'Orders expected within the horizon, beside the expected spend in value.';
reset role;
