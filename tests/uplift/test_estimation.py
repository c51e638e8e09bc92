"""The report agrees with a known truth, and claims nothing where there is nothing."""

import json

import numpy as np
import pandas as pd
import pytest
from threadpoolctl import threadpool_info

from perennial.uplift import UpliftReport, UpliftSegment, UpliftVerdict, segments
from tests.uplift.trials import ask, draw_trial


def group_of(report: UpliftReport, segment: UpliftSegment) -> tuple[int, bool]:
    found = next(group for group in report.groups if group.segment is segment)
    return found.customers, found.is_supported


def test_effects_of_both_signs_are_worth_personalising(mixed_report: UpliftReport) -> None:
    assert mixed_report.verdict is UpliftVerdict.PERSONALISE
    assert mixed_report.gain.is_above_zero
    assert mixed_report.sentence.startswith("Personalise: treating the ")
    assert mixed_report.ranking.beats_random
    # Treating those whose truth is above zero is worth 1/4 per customer.
    personal = mixed_report.policies[0]
    assert personal.value.low < 0.25 < personal.value.high + 0.05
    assert personal.treated_share == pytest.approx(0.5, abs=0.1)


def test_one_effect_for_all_is_not(constant_report: UpliftReport) -> None:
    assert constant_report.verdict is UpliftVerdict.TREAT_EVERYONE
    assert not constant_report.ranking.beats_random
    assert constant_report.effect.low < 0.5 < constant_report.effect.high
    assert constant_report.targeting is not None
    assert "cannot be distinguished from" in constant_report.targeting.sentence
    assert set(segments(constant_report)["segment"]) == {"alike"}
    assert not any(group.is_supported for group in constant_report.groups)


def test_predicted_uplift_is_the_truth_up_to_noise(mixed_trial: pd.DataFrame, mixed_report: UpliftReport) -> None:
    found = segments(mixed_report).merge(mixed_trial, left_on="customer_id", right_on="customer")
    assert np.corrcoef(found["uplift"], found["truth"])[0, 1] > 0.85
    slope = np.polyfit(found["uplift"], found["truth"], 1)[0]
    assert slope == pytest.approx(1, abs=0.25)
    assert ((found["low"] - 0.15 < found["truth"]) & (found["truth"] < found["high"] + 0.15)).mean() > 0.6


def test_realised_lift_of_deciles_falls_and_covers_the_truth(
    mixed_trial: pd.DataFrame, mixed_report: UpliftReport
) -> None:
    truth = mixed_report.customers.merge(mixed_trial, left_on="customer_id", right_on="customer")
    true_lift = truth.groupby("decile")["truth"].mean()
    covered = [decile.realised.contains(true_lift[decile.number]) for decile in mixed_report.deciles]
    assert sum(covered) >= 8
    assert mixed_report.deciles[0].realised.low > mixed_report.deciles[-1].realised.high
    assert sum(decile.customers for decile in mixed_report.deciles) == len(mixed_trial)


def test_persuadables_and_sleeping_dogs_are_found_where_they_are(
    mixed_trial: pd.DataFrame, mixed_report: UpliftReport
) -> None:
    found = segments(mixed_report).merge(mixed_trial, left_on="customer_id", right_on="customer")
    true_lift = found.groupby("segment")["truth"].mean()
    assert true_lift["persuadables"] > 0.3
    assert true_lift["do_not_disturb"] < -0.3
    assert group_of(mixed_report, UpliftSegment.PERSUADABLES) == ((found["segment"] == "persuadables").sum(), True)
    assert group_of(mixed_report, UpliftSegment.DO_NOT_DISTURB) == ((found["segment"] == "do_not_disturb").sum(), True)


def test_the_table_has_one_row_for_each_customer_the_most_uplift_first(mixed_report: UpliftReport) -> None:
    table = segments(mixed_report)
    assert list(table) == ["customer_id", "uplift", "low", "high", "segment"]
    assert table["customer_id"].is_unique
    assert len(table) == mixed_report.rows
    assert table["uplift"][:100].mean() > table["uplift"][-100:].mean()
    assert (table["low"] < table["high"]).all()


def test_uplift_beats_targeting_by_an_anticorrelated_risk(mixed_report: UpliftReport) -> None:
    targeting = mixed_report.targeting
    assert targeting is not None
    assert targeting.treated_share == pytest.approx(0.3)
    assert targeting.difference.is_above_zero
    # The best three deciles gain 0.3 * 0.7; by this risk less than nothing is gained.
    assert targeting.by_uplift.low < 0.21 < targeting.by_uplift.high + 0.05
    assert targeting.by_risk.estimate < 0.05


def test_a_cost_above_every_uplift_means_no_one() -> None:
    report = ask(draw_trial(constant=0.2), cost=1.0)
    assert report.verdict is UpliftVerdict.TREAT_NO_ONE
    assert report.policies[0].treated_share == 0
    assert "treating everyone loses" in report.sentence


def test_a_margin_makes_a_unit_of_outcome_worth_more() -> None:
    data = draw_trial(constant=0.4)
    poor, rich = ask(data, cost=1.0), ask(data, cost=1.0, margin=10.0)
    assert (poor.verdict, rich.verdict) == (UpliftVerdict.TREAT_NO_ONE, UpliftVerdict.TREAT_EVERYONE)


def test_an_effect_too_small_to_detect_is_left_open() -> None:
    report = ask(draw_trial(1_000, constant=0.0, seed=4))
    assert report.verdict is UpliftVerdict.CANNOT_TELL
    assert "customers would decide it" in report.sentence


def test_the_same_seed_gives_the_same_report_and_another_other_folds() -> None:
    data = draw_trial(1_000, mixed=1.0)
    first, again, other = ask(data, seed=1), ask(data, seed=1), ask(data, seed=2)
    assert first.to_dict() == again.to_dict()
    pd.testing.assert_frame_equal(first.customers, again.customers)
    assert first.to_dict() != other.to_dict()


def test_the_report_is_plain_json_without_customers(mixed_report: UpliftReport) -> None:
    plain = json.loads(json.dumps(mixed_report.to_dict()))
    assert plain["verdict"] == "personalise"
    assert len(plain["deciles"]) == 10
    assert "customers" not in plain
    assert "c00001" not in json.dumps(plain)


def test_the_former_keys_of_the_report_are_kept_for_one_release(mixed_report: UpliftReport) -> None:
    plain = mixed_report.to_dict()
    assert plain["tenths"] == plain["deciles"]
    assert plain["gain"]["value"] == plain["gain"]["estimate"] == mixed_report.gain.estimate
    (best, *_), (persuadables, *_) = plain["learners"], plain["groups"]
    assert (best["words"], best["standing"]) == (best["description"], best["t_statistic"])
    assert persuadables["words"] == persuadables["description"]


def test_unequal_propensities_are_allowed_for() -> None:
    data = draw_trial(6_000, seed=3)
    random = np.random.default_rng(3)
    # The keen are written to more often, and spend more anyway: a plain difference would be all theirs.
    propensity = np.where(data["taste"] > 0, 0.8, 0.2)
    treated = random.random(len(data)) < propensity
    data = data.assign(arm=np.where(treated, "email", "holdout"), share=propensity)
    data["spend"] = 5 + 2 * data["taste"] + 0.5 * treated + random.normal(size=len(data))
    report = ask(data, propensity="share")
    plain = report.treated.mean - report.control.mean
    assert plain > 1.5
    assert report.effect.low < 0.5 < report.effect.high
    assert report.verdict is UpliftVerdict.TREAT_EVERYONE


def test_a_yes_or_no_outcome_and_a_file_do(tmp_path: pytest.TempPathFactory) -> None:
    data = draw_trial(4_000, mixed=2.0)
    data = data.assign(bought=data["spend"] > 5.5, customer=range(4_000)).drop(columns=["truth", "spend"])
    file = f"{tmp_path}/trial.csv"
    data.to_csv(file, index=False)
    from perennial.uplift import estimate

    report = estimate(file, treatment="arm", treated="email", control="holdout", outcome="bought", unit="customer")
    assert report.verdict is UpliftVerdict.PERSONALISE
    assert set(report.features) == {"taste", "habit", "plan", "risk"}


def test_few_rows_are_fitted_on_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two stages side by side on two threads each take twenty times as long."""
    seen: list[int] = []

    def look(*_: object) -> None:
        seen.extend(pool["num_threads"] for pool in threadpool_info())
        raise InterruptedError

    monkeypatch.setattr("perennial.uplift.estimation.cross_fit", look)
    with pytest.raises(InterruptedError):
        ask(draw_trial(1_000))
    assert set(seen) == {1}
