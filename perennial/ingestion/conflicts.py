"""Message ids that came again: a retry has the content of the first, anything else is a conflict to be looked at."""

from typing import Any

import psycopg

from perennial.ingestion.issues import IssueKind

CREATE_CONFLICTS = """
create temporary table incoming_conflicts (
    line bigint, message_id text, type text, event text, user_id text, anonymous_id text, occurred_at timestamptz,
    payload jsonb, fingerprint text
) on commit delete rows;
"""

# The spec keeps a few fields beside the properties that belong to what happened; they are put among them.
PROPERTIES = """
coalesce(nullif(payload -> 'properties', 'null'), '{}') || jsonb_strip_nulls(
    case
        when type in ('page', 'screen') then
            jsonb_build_object('name', payload -> 'name', 'category', payload -> 'category')
        when type = 'group' then jsonb_build_object('groupId', payload -> 'groupId')
        when type = 'alias' then jsonb_build_object('previousId', payload -> 'previousId')
        else '{}'
    end
)
"""
CONTEXT = "coalesce(nullif(payload -> 'context', 'null'), '{}')"
# Segment's own libraries send the traits of a call that is no identify in its context; what the call says itself wins.
TRAITS = """
case
    when jsonb_typeof(payload #> '{context,traits}') = 'object' then payload #> '{context,traits}'
    else '{}'
end || coalesce(nullif(payload -> 'traits', 'null'), '{}')
"""

# What a sender repeats when it sends again; sentAt, and what the context says of the connection, differ between tries.
# The corrected time may differ by what the clocks do meanwhile.
_FIND = f"""
insert into incoming_conflicts
select
    incoming.line, incoming.message_id, incoming.type, incoming.event, incoming.user_id, incoming.anonymous_id,
    incoming.occurred_at, incoming.payload,
    md5(concat_ws(
        E'\\n', '{IssueKind.REUSED_MESSAGE_ID}', incoming.message_id, incoming.type, incoming.event, incoming.user_id,
        incoming.anonymous_id, extract(epoch from incoming.occurred_at), incoming.properties, incoming.traits,
        incoming.context -> 'consent'
    ))
from (
    select *, {PROPERTIES} as properties, {CONTEXT} as context, {TRAITS} as traits
    from (
        select *, count(*) over (partition by message_id) as occurrences from incoming_events
    ) as counted
    where occurrences > 1 or not exists (
        select from raw.events where events.message_id = counted.message_id and events.load_id = %(load_id)s
    )
) as incoming
inner join raw.events as kept on kept.message_id = incoming.message_id
where
    (kept.type, kept.event, kept.user_id, kept.anonymous_id, kept.properties, kept.traits, kept.context -> 'consent')
    is distinct from (
        incoming.type, incoming.event, incoming.user_id, incoming.anonymous_id, incoming.properties, incoming.traits,
        incoming.context -> 'consent'
    )
    or abs(extract(epoch from kept.occurred_at - incoming.occurred_at)) > 300
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
