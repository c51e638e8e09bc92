import pytest

from perennial.stages import STAGE_MODELS, Model, Stage, UnknownStageError, parse_audience, parse_stage


def test_every_stage_but_prospect_has_a_model_of_its_own() -> None:
    assert set(STAGE_MODELS) == set(Stage) - {Stage.PROSPECT}
    assert len(set(STAGE_MODELS.values())) == len(STAGE_MODELS)


def test_customer_value_belongs_to_no_single_stage() -> None:
    assert Model.CUSTOMER_VALUE not in STAGE_MODELS.values()


def test_an_unknown_stage_is_refused_with_those_there_are() -> None:
    with pytest.raises(UnknownStageError, match="prospect, onboarding, engagement, retention, winback"):
        parse_stage("lapsed")


def test_an_audience_is_a_stage_or_a_segment_of_one() -> None:
    assert parse_audience(" Winback ") == "winback"
    assert parse_audience("winback__persuadables") == "winback__persuadables"
    with pytest.raises(UnknownStageError, match="winback__persuadables, winback__do_not_disturb"):
        parse_audience("winback__sleepers")


def test_the_former_name_of_do_not_disturb_is_accepted_for_one_release() -> None:
    assert parse_audience("winback__do_not_wake") == "winback__do_not_disturb"
