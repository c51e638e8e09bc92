"""Every point where consent, the holdout or access is asked, what the code is without it, and the test that fails."""

from pathlib import Path
from typing import NamedTuple

from perennial.settings import PROJECT_ROOT

PUBLISH, PULL = "tests/audiences/test_publish.py", "tests/audiences/test_pull.py"
EXPLAIN, LEAKS = "tests/audiences/test_diff_and_explain.py", "tests/audiences/test_leaks.py"
RULE, PERSONS = "tests/audiences/test_consent_rule.py", "tests/identity/test_consent_of_persons.py"
TRAINING, STORE = "tests/training/test_training.py", "tests/feature_repo/test_store.py"
LIFT, UPLIFT = "tests/stage_trials/test_lift.py", "tests/stage_trials/test_uplift.py"
API, KEYS, ASKED = "tests/console/test_api.py", "tests/console/test_keys.py", "tests/enforcement/test_asked.py"
MEASURED = "tests/monitoring/test_measurement.py"

_CONSENTED = "inner join consent.granted('{%s}', '{end}'::timestamptz) as consented using (customer_id)\n"
_SCHEMA = "perennial/schema/016_consent_of_persons.sql"
_AT_ENTRY = "perennial/schema/018_consent_at_entry.sql"
_NOBODY = "(select null::text as customer_id where false)"


class Point(NamedTuple):
    """Where something is asked: `asked` stands in the file once; `without` is the code that does not ask."""

    path: str
    asked: str
    without: str
    test: str
    """A file of tests, and the name of one of them."""
    name: str

    @property
    def file(self) -> Path:
        return PROJECT_ROOT / self.path


POINTS = [
    # Consent: the rule itself.
    Point(_AT_ENTRY, "(ties.kind = any(consent.tie_kinds(wanted_purpose)) and not ledger.is_granted)", "false", PERSONS,
          "test_a_refusal_reaches_everyone_with_the_address_of_its_channel_and_nobody_else"),
    Point(_AT_ENTRY, "(wanted_purpose)) and not ledger.is_granted)", "(wanted_purpose)))", PERSONS,
          "test_a_refusal_on_a_device_reaches_its_users_and_a_grant_does_not"),
    Point(_AT_ENTRY, "(ties.kind = 'own' or (", "(false or (", PERSONS,
          "test_an_audience_that_still_holds_an_old_id_is_refused_too"),
    Point(_AT_ENTRY, "and since < moment)\n", ")\n", PERSONS,
          "test_the_rule_holds_over_random_histories_in_any_order_of_arrival"),
    Point(_SCHEMA, "where identifiers.kind = 'email' and suppressions.channel = 'email'", "where false", PERSONS,
          "test_a_bounce_suppresses_the_address_for_everyone_until_they_name_another"),
    Point("perennial/consent.py", "where suppressed.customer_id = granted.customer_id", "where false", RULE,
          "test_an_address_that_bounced_for_good_is_not_contacted_on_its_channel_and_refuses_nothing"),
    # Consent: training and scoring.
    Point("training/data/labels.py", _CONSENTED % "TRAINING", "", TRAINING,
          "test_who_withdraws_consent_is_neither_in_the_training_set_nor_scored"),
    Point("training/data/dataset.py", _CONSENTED % "TRAINING", "", TRAINING,
          "test_histories_are_of_those_who_consent_to_training"),
    Point("training/data/population.py", "(select customer_id from consent.granted(%(purpose)s, %(end)s))",
          "(select distinct customer_id from {MARTS_CUSTOMER_STAGES})", "tests/training/test_shortages.py",
          "test_want_of_consent_to_training_is_named_with_the_command"),
    Point("training/scoring.py", _CONSENTED % "PROFILING", "", TRAINING,
          "test_who_withdraws_consent_is_neither_in_the_training_set_nor_scored"),
    # Consent: audiences.
    Point("perennial/audiences/ranking.py", "consent.granted('{PROFILING}', %(moment)s)", "{MARTS_CUSTOMERS}", PUBLISH,
          "test_members_are_the_consenting_customers_of_the_stage_in_the_order_of_their_scores"),
    Point("perennial/audiences/ranking.py", "contactable as ({CONTACTABLE_SQL})",
          "contactable as (select customer_id, %(channels)s::text[] as channels from {MARTS_CUSTOMERS})", PUBLISH,
          "test_members_are_the_consenting_customers_of_the_stage_in_the_order_of_their_scores"),
    Point("perennial/audiences/extracts.py", "from ({CONTACTABLE_SQL}) as contactable",
          "from (select unnest(%(customer_ids)s::text[]) as customer_id, %(channels)s::text[] as channels) "
          "as contactable",
          PULL, "test_who_withdraws_after_publishing_is_pulled_no_more"),
    Point("perennial/audiences/extracts.py",
          "inner join consent.granted('{PROFILING}', %(moment)s) as profiled on contactable.customer_id = "
          "profiled.customer_id", "cross join lateral (select contactable.customer_id) as profiled", PULL,
          "test_who_withdraws_after_publishing_is_pulled_no_more"),
    Point("perennial/audiences/conditions.py",
          "select from consent.granted(%(purpose)s, %(moment)s) where customer_id = %(customer_id)s",
          "select where %(purpose)s::text is not null", EXPLAIN, "test_each_unmet_condition_is_named_with_its_cause"),
    Point("perennial/audiences/conditions.py",
          "select channels from ({CONTACTABLE_SQL}) as contactable where customer_id = %(customer_id)s",
          "select %(channels)s::text[] as channels", EXPLAIN, "test_each_unmet_condition_is_named_with_its_cause"),
    Point("perennial/audiences/profiles.py", "is_profiled = consent[PROFILING].is_granted", "is_profiled = True", ASKED,
          "test_a_profile_without_consent_to_profiling_has_neither_features_nor_scores"),
    # Consent: the online store, measurements and trials.
    Point("perennial/features/materialization.py", "consent.granted('{PROFILING}', '{moment}'::timestamptz)",
          "marts.customer_features", STORE,
          "test_whoever_is_no_longer_profiled_leaves_the_store_with_features_and_scores"),
    Point("perennial/monitoring/outcomes.py",
          "    inner join consent.granted(%(purpose)s, %(moment)s) as consented on scores.customer_id = "
          "consented.customer_id\n", "", MEASURED, "test_who_withdrew_profiling_is_not_measured"),
    Point("perennial/stage_trials/cohort_queries.py", "        where answers.was_granted\n", "", LIFT,
          "test_only_those_who_consented_to_training_at_entry_are_in_the_trial"),
    Point("perennial/stage_trials/cohort_queries.py", "        where is_granted\n", "", LIFT,
          "test_withdrawals_leave_the_trial_and_unequal_ones_end_it"),
    Point("perennial/stage_trials/lift.py", "cohort.left_out.doubt or ", "", LIFT,
          "test_withdrawals_leave_the_trial_and_unequal_ones_end_it"),
    Point("perennial/stage_trials/uplift.py", "cohort.left_out.doubt or ", "", UPLIFT,
          "test_withdrawals_that_differ_by_arm_end_the_estimate"),
    # Holdout.
    Point("perennial/audiences/ranking.py", "held_out as ({EXCLUDED_SQL})", f"held_out as {_NOBODY}", PUBLISH,
          "test_the_holdout_is_marked_and_stays_marked_whatever_the_day"),
    Point("perennial/audiences/drafts.py", "    _require_no_leak(connection, audience, clusters)\n", "", LEAKS,
          "test_a_publish_that_would_leak_is_refused"),
    Point("perennial/audiences/extracts.py", "left join ({EXCLUDED_SQL}) as held_out",
          f"left join {_NOBODY} as held_out", PULL,
          "test_the_holdout_is_never_pulled_even_when_it_joined_after_publishing"),
    Point("perennial/audiences/extracts.py", "        and not is_holdout\n", "", ASKED,
          "test_whoever_was_published_as_held_out_is_not_pulled_after_leaving_the_control_group"),
    Point("perennial/audiences/conditions.py", "({EXCLUDED_SQL}) as held where", f"{_NOBODY} as held where", ASKED,
          "test_whoever_is_held_out_after_publishing_is_explained_as_not_exported"),
    Point("perennial/audiences/conditions.py", ' and not (self.member and self.member["is_holdout"])', "", ASKED,
          "test_whoever_was_published_as_held_out_is_not_pulled_after_leaving_the_control_group"),
    Point("perennial/holdout/membership.py",
          "from {IDENTITY_TIES} as ties inner join members on ties.other_id = members.customer_id\n",
          "from {IDENTITY_TIES} as ties where false\n", LEAKS,
          "test_a_planted_leak_of_each_kind_is_found_and_not_pulled"),
    Point("perennial/holdout/membership.py", "not clusters.is_drawn\n                and", "true\n                and",
          "tests/holdout/test_membership.py", "test_nobody_changes_sides_by_identifying_or_by_an_alias"),
    Point("perennial/stage_trials/cohort.py", "person not in left_out.in_both_arms", "True", LIFT,
          "test_persons_whose_two_draws_met_are_left_out_of_both_arms_and_tested"),
    # Access.
    Point("perennial/console/api/audiences.py", ", dependencies=[CanRead]", "", API,
          "test_without_a_valid_key_nothing_is_answered"),
    Point("perennial/console/api/customers.py", ", dependencies=[CanRead]", "", API,
          "test_without_a_valid_key_nothing_is_answered"),
    Point("perennial/console/api/data_issues.py", ", dependencies=[CanRead]", "", API,
          "test_without_a_valid_key_nothing_is_answered"),
    Point("perennial/console/api/health.py", ", dependencies=[CanRead]", "", API,
          "test_without_a_valid_key_nothing_is_answered"),
    Point("perennial/console/api/access.py", "if not key.allows(scope):", "if False:", API,
          "test_a_key_of_another_scope_is_refused_and_an_admin_s_is_not"),
    Point("perennial/console/api/keys.py", "return None if key.revoked_at else key", "return key", KEYS,
          "test_a_revoked_key_is_not_valid_and_stays_on_the_list"),
]  # fmt: skip
