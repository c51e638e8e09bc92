-- How far a model looks ahead follows the brand's cadence until its first champion is trained, and is fixed from then on.
set role publisher;

create table predictions.horizons (
    model text primary key,
    horizon_days integer not null check (horizon_days >= 1),
    usual_gap_days double precision,
    as_of date not null,
    fixed_at timestamptz not null default now()
);
comment on table predictions.horizons is
    'One row per model that has had a champion: its horizon, fixed as of which day and from what usual gap of the brand (NULL: not known).';

-- Champions of before were trained on the horizons of their labels.
insert into predictions.horizons (model, horizon_days, as_of)
select distinct on (promotions.model)
    promotions.model,
    (evaluations.metrics ->> 'horizon_days')::integer,
    promotions.as_of
from predictions.promotions as promotions
inner join predictions.evaluations as evaluations
    on promotions.model = evaluations.model and promotions.model_version = evaluations.model_version
where promotions.action <> 'kept' and evaluations.metrics ? 'horizon_days'
order by promotions.model, promotions.promotion_id;

reset role;
