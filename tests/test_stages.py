import pytest

from perennial.stages import UnknownStageError, parse_audience, parse_stage


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
