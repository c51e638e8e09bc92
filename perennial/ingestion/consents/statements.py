"""What events state about consent, as SQL: the preferences they carry, and the channels they leave."""

from typing import Any

import psycopg

from perennial.ingestion.consents.purposes import fold_sql, folded_purposes, known_purposes, plain_sql
from perennial.ingestion.consents.withdrawals import BARE_CHANNEL, withdrawals
from perennial.lifecycle import Lifecycle

_CREATE_NAMES = """
create temporary table purpose_names (name text, is_granted boolean, purpose text not null);
create temporary table withdrawal_names (name text primary key, purpose text);
"""

# Anything but true refuses: a preference that cannot be read is no consent.
_STATED = f"""
with stating (customer_id, message_id, type, event, occurred_at, context, properties) as {{often}} ({{events}}),

stated (customer_id, purpose, is_granted, valid_from, message_id) as (
    select
        stating.customer_id,
        coalesce(known.purpose, {plain_sql("preference.key")}),
        preference.value = 'true',
        stating.occurred_at,
        stating.message_id
    from stating
    cross join lateral (
        select key, value from jsonb_each(nullif(stating.context #> '{{consent,categoryPreferences}}', 'null'))
        union all
        select key, value from jsonb_each(nullif(stating.context #> '{{consent,category_preferences}}', 'null'))
    ) as preference
    left join purpose_names as known
        on
            known.is_granted = (preference.value = 'true')
            and known.name = case
                when preference.value = 'true' then {plain_sql("preference.key")} else {fold_sql("preference.key")}
            end
    where stating.context ? 'consent'
    union all
    select
        stating.customer_id,
        coalesce(withdrawal.purpose, channel.purpose, '{BARE_CHANNEL}'),
        false,
        stating.occurred_at,
        stating.message_id
    from stating
    inner join withdrawal_names as withdrawal on withdrawal.name = {fold_sql("stating.event")}
    left join purpose_names as channel
        on not channel.is_granted and channel.name = {fold_sql("stating.properties ->> 'channel'")}
    where stating.type = 'track' and {{leaving}}
)
"""
_COLUMNS = "message_id, type, event, occurred_at, context, properties"


def _stated(events: str, *, leaving: str = "true", often: str = "") -> str:
    return _STATED.replace("{events}", events).replace("{leaving}", leaving).replace("{often}", often)


# Read once for each of the two kinds of statements, which few events make, rather than all kept for both.
OF_LOAD = (
    _stated(
        f"select coalesce(user_id, anonymous_id), {_COLUMNS} from raw.events where load_id = %(load_id)s",
        leaving="stating.event = any(%(leaving)s)",
        often="not materialized",
    )
    + "select * from stated"
)

# Every statement from the moment on at which a customer turned, about what they turned in.
OF_TURNED = (
    _stated(
        f"""
        select events.*
        from (select customer_id, min(turned_at) as turned_at from incoming_turns group by customer_id) as turned
        cross join lateral (
            select turned.customer_id, {_COLUMNS} from raw.events
            where user_id = turned.customer_id and occurred_at >= turned.turned_at
            union all
            select turned.customer_id, {_COLUMNS} from raw.events
            where user_id is null and anonymous_id = turned.customer_id and occurred_at >= turned.turned_at
            offset 0
        ) as events
        """
    )
    + """
    select stated.*
    from stated
    inner join incoming_turns
        on incoming_turns.customer_id = stated.customer_id and incoming_turns.purpose = stated.purpose
    """
)

# The contents under message ids that were known already.
OF_CONFLICTS = (
    _stated(
        """
        select coalesce(user_id, anonymous_id), message_id, type, event, occurred_at,
            payload -> 'context', payload -> 'properties'
        from incoming_conflicts
        """
    )
    + "select * from stated"
)


def create_names(connection: psycopg.Connection[Any], lifecycle: Lifecycle) -> None:
    """Bring the brand's purposes, and the events that leave a channel, beside the statements that ask for them."""
    connection.execute(_CREATE_NAMES)
    purposes = [(name, True, purpose) for name, purpose in known_purposes(lifecycle).items()]
    purposes += [(name, False, purpose) for name, purpose in folded_purposes(lifecycle).items()]
    with connection.cursor() as cursor:
        cursor.executemany("insert into purpose_names values (%s, %s, %s)", purposes)
        cursor.executemany("insert into withdrawal_names values (%s, %s)", list(withdrawals(lifecycle).items()))
