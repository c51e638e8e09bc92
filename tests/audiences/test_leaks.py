"""Nobody of the control group is sent to under another id either; a publish that would is refused."""

import json
from typing import Any

import pytest
from typer.testing import CliRunner

from perennial.audiences import NoRunError, PublishRefusedError, drafts, newest_run, publish, pull
from perennial.console.cli.main import app
from perennial.database import Role, connect
from perennial.lifecycle import load_lifecycle
from tests.audiences.conftest import NEXT_SUNDAY, SUNDAY, Brand
from tests.identity.stated import Stated, day, plant

pytestmark = pytest.mark.integration


def hold_out(customer_id: str) -> None:
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "insert into experiments.holdout_members (customer_id, salt_digest, valid_from) values (%s, 'x', %s)",
            [customer_id, SUNDAY],
        )


def audit() -> tuple[int, list[dict[str, Any]]]:
    done = CliRunner().invoke(app, ["experiments", "holdout", "audit", "--json"])
    return done.exit_code, json.loads(done.stdout)


@pytest.fixture
def twins(brand: Brand) -> Brand:
    """Two customers of one address, one in retention and one in winback, and a third person."""
    for customer, stage in {"one": "retention", "same": "winback", "other": "winback"}.items():
        traits = {} if customer == "other" else {"email": "one@example.org"}
        brand.add(customer, stage, traits=traits)
        brand.consent(customer)
    return brand


def test_the_other_id_of_a_held_out_person_is_held_out_in_every_stage(twins: Brand) -> None:
    hold_out("one")
    assert publish("winback", SUNDAY).count_holdout == 1
    twins.serve(SUNDAY)
    assert list(pull("winback")["customer_id"]) == ["other"]
    assert audit() == (0, [])


@pytest.mark.usefixtures("twins")
def test_a_planted_duplicate_address_is_found_and_the_next_publish_mends_it() -> None:
    publish("winback", SUNDAY)
    hold_out("one")
    code, leaks = audit()
    assert code == 1
    assert [(leak["customer_id"], leak["held_customer_id"]) for leak in leaks] == [("same", "one")]
    assert publish("winback", SUNDAY).count_holdout == 1
    assert audit() == (0, [])


TIES = {
    "own id": ([], "same"),
    "old id": ([Stated("m", day(1), "same", None, "held")], "held"),
    "a chain of aliases": (
        [Stated("m", day(1), "mid", None, "held"), Stated("n", day(2), "same", None, "mid")], "held"
    ),
    "device": ([Stated("m", day(1), "same", "held")], "held"),
    "shared device": ([Stated("m", day(1), "same", "tablet"), Stated("n", day(2), "held", "tablet")], "held"),
    "address": (
        [Stated("m", day(1), "same", email="x@example.org"), Stated("n", day(2), "held", email="x@example.org")],
        "held",
    ),
    "phone": ([Stated("m", day(1), "same", phone="1"), Stated("n", day(2), "held", phone="1")], "held"),
}  # fmt: skip


@pytest.mark.parametrize("kind", TIES)
def test_a_planted_leak_of_each_kind_is_found_and_not_pulled(twins: Brand, kind: str) -> None:
    events, held = TIES[kind]
    publish("winback", SUNDAY)
    twins.serve(SUNDAY)
    assert set(pull("winback")["customer_id"]) == {"same", "other"}
    hold_out(held)
    with connect(Role.LOADER, autocommit=True) as connection:
        plant(connection, events)
    code, leaks = audit()
    assert code == 1
    assert [(leak["customer_id"], leak["held_customer_id"]) for leak in leaks] == [("same", held)]
    assert list(pull("winback")["customer_id"]) == ["other"]


@pytest.mark.usefixtures("twins")
def test_whoever_was_drawn_and_is_not_held_out_is_a_leak() -> None:
    publish("winback", SUNDAY)
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "update experiments.holdout_draws set is_held = true, share = 0.2 where customer_id = 'other'"
        )
    code, leaks = audit()
    assert (code, [leak["customer_id"] for leak in leaks]) == (1, ["other"])


@pytest.mark.usefixtures("twins")
def test_a_publish_that_would_leak_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    hold_out("one")
    monkeypatch.setattr(drafts, "assign_holdout", lambda *_: 0)
    with pytest.raises(PublishRefusedError, match="same would be sent to by this run and is one person with one"):
        publish("winback", SUNDAY)
    with pytest.raises(NoRunError):
        newest_run("winback")


def test_the_share_is_set_in_the_brands_own_file_and_its_comments_stay(brand: Brand) -> None:
    path = brand.home / "lifecycle.yml"
    path.write_text("# ours\nholdout_share: 0.05   # never messaged\nchannels: [email]\n")
    done = CliRunner().invoke(app, ["experiments", "holdout", "set", "0.2"])
    assert done.exit_code == 0, done.output
    assert path.read_text() == "# ours\nholdout_share: 0.2   # never messaged\nchannels: [email]\n"
    load_lifecycle.cache_clear()
    assert load_lifecycle().holdout_share == 0.2
    refused = CliRunner().invoke(app, ["experiments", "holdout", "set", "1.5"])
    assert refused.exit_code == 2
    assert "below 1" in refused.output
    assert "holdout_share: 0.2" in path.read_text()


def test_the_status_is_shown(twins: Brand) -> None:
    hold_out("one")
    publish("winback", SUNDAY)
    twins.gate(NEXT_SUNDAY)
    shown = json.loads(CliRunner().invoke(app, ["experiments", "holdout", "show", "--json"]).stdout)
    assert (shown["count_customers"], shown["count_members"], shown["count_clusters"]) == (3, 2, 1)
    assert "2 of 3 customers are held out" in CliRunner().invoke(app, ["experiments", "holdout", "show"]).output
