-- Consent as it stood for each at a moment of their own: at entry into a trial.
set role loader;

create function consent.statements_for(wanted_purpose text)
returns table (customer_id text, is_granted boolean, valid_from timestamptz, since timestamptz)
language sql stable
as $$
    -- A person's own statements, since when those of another id are theirs, and the refusals that reach them.
    select ledger.customer_id, ledger.is_granted, ledger.valid_from, '-infinity'::timestamptz
    from consent.ledger
    where ledger.purpose = wanted_purpose
    union all
    select ties.customer_id, ledger.is_granted, ledger.valid_from, ties.since
    from identity.ties
    inner join consent.ledger on ties.other_id = ledger.customer_id
    where
        ledger.purpose = wanted_purpose
        and (ties.kind = 'own' or (ties.kind = any(consent.tie_kinds(wanted_purpose)) and not ledger.is_granted))
$$;
comment on function consent.statements_for is 'Every statement about a purpose beside each id for which it counts.';

create or replace function consent.granted(wanted_purpose text, moment timestamptz)
returns table (customer_id text)
language sql stable
as $$
    -- The latest statement before the moment and the latest of all both grant: a withdrawal also stops work on the past.
    -- Between statements of the same instant, the refusal wins. A grant under an id that became the person's later did
    -- not count then. No settings pinned and no subquery, so that the planner sees through it: asking about a few customers
    -- reads their records only.
    select statements.customer_id
    from consent.statements_for(wanted_purpose) as statements
    group by statements.customer_id
    having
        max(valid_from) filter (where is_granted)
        > coalesce(max(valid_from) filter (where not is_granted), '-infinity')
        and max(valid_from) filter (where is_granted and valid_from < moment and since < moment)
        > coalesce(max(valid_from) filter (where not is_granted and valid_from < moment), '-infinity')
$$;

create function consent.answers(wanted_purpose text, wanted_ids text[], moments timestamptz[])
returns table (customer_id text, was_granted boolean, is_granted boolean)
language sql stable
as $$
    select
        wanted.id,
        coalesce(
            max(valid_from) filter (where statements.is_granted and valid_from < wanted.moment and since < wanted.moment)
            > coalesce(max(valid_from) filter (where not statements.is_granted and valid_from < wanted.moment), '-infinity'),
            false
        ),
        coalesce(
            max(valid_from) filter (where statements.is_granted)
            > coalesce(max(valid_from) filter (where not statements.is_granted), '-infinity'),
            false
        )
    from unnest(wanted_ids, moments) as wanted (id, moment)
    left join consent.statements_for(wanted_purpose) as statements on wanted.id = statements.customer_id
    group by wanted.id, wanted.moment
$$;
comment on function consent.answers is
    'Of each wanted id: whether its person''s consent stood at its own moment, and whether it stands now.';
grant execute on function consent.statements_for, consent.answers to transformer, publisher, reader;

reset role;
