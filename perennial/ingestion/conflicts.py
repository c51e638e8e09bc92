"""Message ids that came again: a retry has the content of the first, anything else is a conflict to be looked at."""

from typing import Any

import psycopg

from perennial.ingestion.events.issues import IssueKind

CREATE_CONFLICTS = """
create temporary table incoming_conflicts (
    line bigint, message_id text, type text, event text, user_id text, anonymous_id text, occurred_at timestamptz,
    payload jsonb, fingerprint text
) on commit delete rows;
"""

# The spec keeps a few fields beside the properties that belong to what happened; they are put among them.
PROPERTIES = """
(coalesce(nullif(payload -> 'properties', 'null'), '{}') || jsonb_strip_nulls(
    case
        when type in ('page', 'screen') then
            jsonb_build_object('name', payload -> 'name', 'category', payload -> 'category')
        when type = 'group' then jsonb_build_object('groupId', payload -> 'groupId')
        when type = 'alias' then jsonb_build_object('previousId', payload -> 'previousId')
        else '{}'
    end
))
"""
CONTEXT = "coalesce(nullif(payload -> 'context', 'null'), '{}')"
# Segment's own libraries send the traits of a call that is no identify in its context; what the call says itself wins.
TRAITS = """
case
    when jsonb_typeof(payload #> '{context,traits}') = 'object'
        then (payload #> '{context,traits}') || coalesce(nullif(payload -> 'traits', 'null'), '{}')
    else coalesce(nullif(payload -> 'traits', 'null'), '{}')
end
"""

# What a sender repeats when it sends again; sentAt, and what the context says of the connection, differ between tries.
# The corrected time may differ by what the clocks do meanwhile.
_FIND = f"""
with again as materialized (
    -- Counted, not joined: PostgreSQL cannot know how many events a load has that is being written.
    select message_id
    from (
        select message_id, 1 as staged, 0 as loaded from incoming_events
        union all
        select message_id, 0, 1 from raw.events where load_id = %(load_id)s
    ) as counted
    group by 1
    having sum(staged) > 1 or sum(loaded) = 0
)

insert into incoming_conflicts
select
    line, message_id, type, event, user_id, anonymous_id, occurred_at, payload,
    md5(concat_ws(
        E'\\n', '{IssueKind.REUSED_MESSAGE_ID}', message_id, type, event, user_id, anonymous_id,
        extract(epoch from occurred_at), {PROPERTIES}, {TRAITS}, payload #> '{{context,consent}}'
    ))
from (
    select * from incoming_events where message_id in (select message_id from again) offset 0
) as repeated
cross join lateral (
    select
        events.type as first_type,
        events.event as first_event,
        events.user_id as first_user_id,
        events.anonymous_id as first_anonymous_id,
        events.occurred_at as first_occurred_at,
        events.properties as first_properties,
        events.traits as first_traits,
        events.context -> 'consent' as first_consent
    from raw.events
    where events.message_id = repeated.message_id
    -- Each is looked up by its key, however few of the events these are.
    offset 0
) as kept
where
    (first_type, first_event, first_user_id, first_anonymous_id)
    is distinct from (type, event, user_id, anonymous_id)
    or abs(extract(epoch from first_occurred_at - occurred_at)) > 300
    or first_properties <> {PROPERTIES}
    or first_traits <> {TRAITS}
    or first_consent is distinct from payload #> '{{context,consent}}'
"""

_REPORT = f"""
insert into incoming_issues (kind, message_id, detail, payload, line, fingerprint)
select
    '{IssueKind.REUSED_MESSAGE_ID}',
    message_id,
    'the first content is in raw.events, the second is the payload',
    payload::text,
    line,
    fingerprint
from incoming_conflicts
"""


def find_conflicts(connection: psycopg.Connection[Any], load_id: int) -> int:
    """Bring contents that differ from the first of their message id to `incoming_conflicts` and among the issues.

    Within the transaction that loads them, once they are loaded; returns how many there are.
    """
    if not connection.execute(_FIND.encode(), {"load_id": load_id}).rowcount:
        return 0
    return connection.execute(_REPORT.encode()).rowcount
