"""Who is in an audience and in which order, as SQL: set by set in the warehouse, whatever the number of customers."""

from perennial.consent import CONTACTABLE_SQL, PROFILING
from perennial.holdout import EXCLUDED_SQL
from perennial.stages import Stage
from perennial.tables import (
    AUDIENCES_MEMBERS,
    MARTS_CUSTOMER_STAGES,
    MARTS_CUSTOMERS,
    PREDICTIONS_SCORES,
)

# Freshly written tables have no statistics, and nobody can estimate who consented: a nested loop chosen in error is
# quadratic, while a hash join is never much worse than the best.
HASH_JOINS_SQL = "set local enable_nestloop = off"

# How a stage is ordered while no model scores it: the name of the order, and the key, smallest first. How due
# a customer is by their cadence is their silence over what is slipping for them: steady gaps end when they usually do,
# so the longest silence comes first; where gaps are ragged an order is the likelier the shorter ago the last one was.
_OVERDUE = "(stages.days_silent / nullif(stages.slipping_after_days, 0))"
_DUE = f"((1 - 2 * stages.steadiness) * {_OVERDUE})"
RULES: dict[Stage, tuple[str, str]] = {
    Stage.PROSPECT: ("rule: most recently seen first", "%(as_of)s::date - customers.last_seen_on"),
    Stage.ONBOARDING: ("rule: most due by their cadence first", _DUE),
    Stage.ENGAGEMENT: ("rule: most due by their cadence first", _DUE),
    Stage.RETENTION: ("rule: most overdue by their cadence first", f"-{_OVERDUE}"),
    Stage.WINBACK: ("rule: least overdue by their cadence first", _OVERDUE),
}

# The reasons of a member whom no model scored, in the shape of the models' own reasons.
_RULE_REASONS = """
    jsonb_build_array(
        case
            when stages.days_since_last_order is null then jsonb_build_object(
                'feature', 'last_seen_on', 'text', format('last seen on %%s, never ordered', customers.last_seen_on)
            )
            when stages.usual_gap_days is null then jsonb_build_object(
                'feature', 'days_since_last_order',
                'text', format('last order %%s day(s) ago', stages.days_since_last_order)
            )
            else jsonb_build_object(
                'feature', 'days_since_last_order', 'text', format(
                    'last order %%s day(s) ago, usually one every %%s days',
                    stages.days_since_last_order, round(stages.usual_gap_days::numeric, 1)
                )
            )
        end
    )
"""


def draft_sql(stage: Stage) -> str:
    """Everyone in the stage on the day, with what decides about them; is_member says who has the consents needed.

    Parameters: stage, as_of, moment, model (null: none scores), channels, previous_run_id, previous_as_of.
    """
    _, rule = RULES[stage]
    return f"""
        create temporary table draft on commit drop as
        with profiled as (select customer_id from consent.granted('{PROFILING}', %(moment)s)),

        contactable as ({CONTACTABLE_SQL}),

        held_out as ({EXCLUDED_SQL}),

        scores as (
            select customer_id, probability, percentile, band, reasons
            from {PREDICTIONS_SCORES}
            where model = %(model)s and as_of = %(as_of)s
        ),

        previous as (select customer_id, entered_at from {AUDIENCES_MEMBERS} where run_id = %(previous_run_id)s),

        decided as (
            select
                stages.customer_id,
                scores.probability,
                scores.percentile,
                scores.band,
                coalesce(scores.reasons, {_RULE_REASONS}) as reasons,
                contactable.channels,
                case
                    when stages.entered_on <= %(previous_as_of)s::date then coalesce(previous.entered_at, %(moment)s)
                    else %(moment)s
                end as entered_at,
                held_out.customer_id is not null as is_holdout,
                profiled.customer_id is not null and contactable.customer_id is not null as is_member,
                ({rule})::double precision as rule_key
            from {MARTS_CUSTOMER_STAGES} as stages
            left join {MARTS_CUSTOMERS} as customers on stages.customer_id = customers.customer_id
            left join profiled on stages.customer_id = profiled.customer_id
            left join contactable on stages.customer_id = contactable.customer_id
            left join held_out on stages.customer_id = held_out.customer_id
            left join scores on stages.customer_id = scores.customer_id
            left join previous on stages.customer_id = previous.customer_id
            where stages.snapshot_on = %(as_of)s and stages.stage = %(stage)s
        )

        select
            *,
            row_number() over (
                partition by is_member
                order by probability desc nulls last, rule_key nulls last, customer_id collate "C"
            ) as rank
        from decided
    """


# Each member's own digest, then the digest of them all in order: no value grows with the length of a member's reasons.
CHECKSUM_SQL = """
    with digests as (
        select
            rank,
            encode(sha256(convert_to(row(
                rank, customer_id, probability, percentile, band, reasons, channels,
                extract(epoch from entered_at), is_holdout
            )::text, 'UTF8')), 'hex') as digest
        from draft
        where is_member
    )

    select encode(sha256(convert_to(
        %(head)s || coalesce(string_agg(digest, '' order by rank), ''), 'UTF8'
    )), 'hex') as checksum
    from digests
"""

INSERT_MEMBERS_SQL = f"""
    insert into {AUDIENCES_MEMBERS} (
        run_id, customer_id, rank, probability, percentile, band, reasons, channels, entered_at, is_holdout
    )
    select
        %(run_id)s, customer_id, rank, probability, percentile, band, reasons, channels, entered_at, is_holdout
    from draft
    where is_member
    order by rank
"""
