-- The control group is drawn once per person: each draw is written down with the share that was valid for it.
set role publisher;

create table experiments.holdout_shares (
    share_id bigint generated always as identity primary key,
    share double precision not null check (share >= 0 and share < 1),
    valid_from timestamptz not null,
    recorded_at timestamptz not null default now()
);
comment on table experiments.holdout_shares is
    'Append-only: the share of customers first seen from valid_from on that is held out.';

create table experiments.holdout_draws (
    customer_id text primary key,
    is_held boolean not null,
    share double precision,
    drawn_at timestamptz not null
);
comment on table experiments.holdout_draws is
    'One row per id that was ever drawn, once: whether it was held out then, and the share valid for it (null: drawn before '
    'shares were recorded). Who shares something with ids drawn before takes over their draw.';

insert into experiments.holdout_draws
select members.customer_id, bool_or(held.customer_id is not null), null, min(runs.as_of_at)
from audiences.members
inner join audiences.runs on members.run_id = runs.run_id
left join experiments.holdout_members as held on members.customer_id = held.customer_id and held.valid_to is null
group by members.customer_id;

reset role;

set role loader;

create function identity.became(wanted text, entered_at timestamptz, moment timestamptz) returns text
language sql stable
as $$
    -- Whose an id's acts since a moment are, as known at a later one: of a device, the user last identified on it before, else
    -- the first after; then followed through the aliases.
    select persons.person_id
    from identity.persons_at(
        array[coalesce(
            (
                select links.user_id
                from identity.links
                where links.anonymous_id = wanted and links.occurred_at <= least(entered_at, moment)
                order by links.occurred_at desc, links.message_id desc
                limit 1
            ),
            (
                select links.user_id
                from identity.links
                where links.anonymous_id = wanted and links.occurred_at < moment
                order by links.occurred_at, links.message_id
                limit 1
            ),
            wanted
        )],
        moment
    ) as persons
$$;
comment on function identity.became is 'The person as of a moment of an id that acted at another: whose its acts are.';

reset role;
