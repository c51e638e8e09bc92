-- Amounts are evaluated within each stage: what is off there is withheld, and only the order is published.
set role publisher;

alter table predictions.scores add column status text check (status in ('supported', 'unproven', 'withheld'));
alter table predictions.scores add check (status is distinct from 'withheld' or (value is null and expected_orders is null));
comment on column predictions.scores.status is
    'Of an amount: whether the mean predicted in this stage agreed with the mean realised on the held-out period of the version. '
    'Withheld: it did not, or too few orders could tell, so value and expected_orders are empty and percentile is all there is. '
    'NULL for probabilities, and for amounts scored before 0.3.';

reset role;
