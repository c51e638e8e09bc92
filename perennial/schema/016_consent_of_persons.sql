-- Consent is a person's: a grant counts under their own ids, a refusal from wherever it reaches them.
set role loader;

create function consent.tie_kinds(purpose text) returns text[]
language sql immutable
-- Which ties pass a refusal on: a device to those who were identified on it, an address to all who have it. Of a channel
-- whose address is not known, any.
return case
    when purpose in ('profiling', 'training') then array['device']
    when purpose = 'email' then array['device', 'email']
    when purpose in ('sms', 'mms', 'phone', 'voice', 'whatsapp', 'rcs') then array['device', 'phone']
    when purpose in ('push', 'onsite', 'web_push', 'in_app') then array['device', 'shared device']
    when purpose in ('direct_mail', 'postal_mail') then array['device', 'household']
    else array['device', 'shared device', 'email', 'phone', 'household']
end;
comment on function consent.tie_kinds is 'The kinds of ties (identity.ties) that pass on a refusal of a purpose.';

create or replace function consent.granted(wanted_purpose text, moment timestamptz)
returns table (customer_id text)
language sql stable
as $$
    -- Under the person's own ids, the latest statement before the moment and the latest of all both grant, and no refusal
    -- that reaches them is as late: a withdrawal also stops work on the past. Between statements of the same instant, the
    -- refusal wins. Grants under an id that became the person's at the moment or later did not count then.
    -- No settings pinned and no subquery, so that the planner sees through it: asking about a few customers reads
    -- their records only.
    select statements.customer_id
    from (
        select ledger.customer_id, ledger.is_granted, ledger.valid_from, ledger.valid_from < moment as is_of_then
        from consent.ledger
        where ledger.purpose = wanted_purpose
        union all
        select
            ties.customer_id, ledger.is_granted, ledger.valid_from,
            ledger.valid_from < moment and (ties.since < moment or not ledger.is_granted)
        from identity.ties
        inner join consent.ledger on ties.other_id = ledger.customer_id
        where
            ledger.purpose = wanted_purpose
            and (ties.kind = 'own' or (ties.kind = any(consent.tie_kinds(wanted_purpose)) and not ledger.is_granted))
    ) as statements
    group by statements.customer_id
    having
        max(valid_from) filter (where is_granted)
        > coalesce(max(valid_from) filter (where not is_granted), '-infinity')
        and max(valid_from) filter (where is_granted and is_of_then)
        > coalesce(max(valid_from) filter (where not is_granted and is_of_then), '-infinity')
$$;
comment on function consent.granted is
    'Ids whose person consented to a purpose at a moment and has not withdrawn since, under any id. No record: not among them.';

create function consent.statements_about(wanted_id text)
returns table (
    purpose text, is_granted boolean, valid_from timestamptz, source text, evidence text, message_id text,
    stated_by text, tie text
)
language sql stable
as $$
    select
        ledger.purpose, ledger.is_granted, ledger.valid_from, ledger.source, ledger.evidence, ledger.message_id,
        ledger.customer_id, reaching.kind
    from (
        select wanted_id as other_id, null as kind
        union all
        select ties.other_id, ties.kind from identity.ties where ties.customer_id = wanted_id
    ) as reaching
    inner join consent.ledger on reaching.other_id = ledger.customer_id
    where
        coalesce(reaching.kind, 'own') = 'own'
        or (reaching.kind = any(consent.tie_kinds(ledger.purpose)) and not ledger.is_granted)
$$;
comment on function consent.statements_about is
    'Every statement that counts for an id: its own (tie is null), those under its person''s other ids, refusals of ids tied to it.';

create function consent.suppressed(wanted_channel text, moment timestamptz)
returns table (customer_id text)
language sql stable
as $$
    -- Whoever the event named, under all their ids, and everyone who has the address; but not whoever has a newer one.
    select concerned.customer_id
    from (
        select suppressions.customer_id, suppressions.channel, suppressions.address, suppressions.since, suppressions.until
        from consent.suppressions
        union all
        select ties.customer_id, suppressions.channel, suppressions.address, suppressions.since, suppressions.until
        from consent.suppressions
        inner join identity.ties on suppressions.customer_id = ties.other_id
        where
            ties.kind in ('own', 'device')
            or (suppressions.address is null and ties.kind = any(consent.tie_kinds(suppressions.channel)))
        union all
        select identifiers.customer_id, suppressions.channel, suppressions.address, suppressions.since, suppressions.until
        from consent.suppressions
        inner join identity.identifiers on suppressions.address = identifiers.value
        where identifiers.kind = 'email' and suppressions.channel = 'email'
    ) as concerned
    where
        concerned.channel = wanted_channel
        and (concerned.until is null or concerned.until > moment)
        and not exists (
            select from identity.identifiers as newer
            where
                newer.customer_id = concerned.customer_id
                and newer.kind = any(consent.tie_kinds(concerned.channel))
                and newer.first_at > concerned.since
                and newer.value is distinct from concerned.address
        )
$$;
comment on function consent.suppressed is
    'Ids whose address on a channel takes no messages at a moment. A suppression counts at once, for earlier moments too.';

grant execute on function consent.tie_kinds, consent.statements_about, consent.suppressed to transformer, publisher, reader;

reset role;
