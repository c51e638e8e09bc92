"""An audience that nobody is in, or that no model orders, says why and what to type."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from perennial.audiences import explain, list_runs, publish
from perennial.console.cli.audience_views import missing_consent
from perennial.console.cli.main import app
from perennial.database import Role, connect
from tests.audiences.conftest import SUNDAY, Brand

pytestmark = pytest.mark.integration


def perennial(*words: str) -> Result:
    done = CliRunner().invoke(app, list(words))
    assert done.exit_code == 0, done.output
    return done


def score_words(customer: str) -> str:
    return next(condition.words for condition in explain(customer).conditions if condition.name == "score")


def test_a_version_that_was_not_promoted_is_named_with_its_reason(brand: Brand) -> None:
    brand.add("1", "retention")
    brand.consent("1")
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "insert into predictions.evaluations values ('churn_risk', '1', %s, 'trained', 'good', '{}')", [SUNDAY]
        )
        connection.execute(
            "insert into predictions.promotions (model, model_version, action, as_of, evidence) "
            "values ('churn_risk', '1', 'kept', %s, '{\"reason\": \"worse than the baseline\"}')",
            [SUNDAY],
        )
    assert (
        publish("retention", SUNDAY).why_no_model == "churn_risk version 1 was not promoted: worse than the baseline."
    )
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "insert into predictions.promotions (model, model_version, action, as_of, evidence) "
            "values ('churn_risk', '1', 'promoted_by_hand', %s, '{}')",
            [SUNDAY],
        )
    assert list_runs()[0].why_no_model is None
    assert score_words("1") == "churn_risk gave no score for that day; members without one come last."


def test_a_stage_that_has_no_model_misses_none(brand: Brand) -> None:
    brand.add("1", "prospect")
    brand.consent("1")
    assert publish("prospect", SUNDAY).why_no_model is None


def test_audiences_that_nobody_consents_to_say_so_first_with_the_command(brand: Brand, tmp_path: Path) -> None:
    for customer in ("1", "2"):
        brand.add(customer, "retention")
    publish("retention", SUNDAY)
    printed = perennial("audiences", "list").stdout
    assert " ".join(printed.split()).startswith(
        "Nobody is in any audience: none of 2 customers consents to profiling and to a channel"
    )
    command = printed[printed.index("perennial ingest") : printed.index("perennial run")].replace("\\\n", "")

    events = tmp_path / "events.jsonl"
    page = {"type": "page", "userId": "1", "messageId": "m1", "timestamp": "2017-01-01T10:00:00Z"}
    events.write_text(json.dumps(page))
    perennial("ingest", "events", str(events))
    words = command.replace("FILE", str(events)).replace("TEXT", "till").split()
    perennial(*words[1:])
    assert publish("retention", SUNDAY).row_count == 1
    assert missing_consent(list_runs()) is None


def test_a_brand_whose_stages_are_empty_misses_no_consent(brand: Brand) -> None:
    brand.add("1", "retention")
    assert missing_consent([]) is None
    empty = publish("winback", SUNDAY)
    assert missing_consent([empty]) is None
