"""The command line as a person types it, on real servers."""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from perennial import __version__
from perennial.console.cli.main import app

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("warehouse")]

ORDER = {
    "type": "track",
    "event": "Order Completed",
    "userId": "7",
    "timestamp": "2017-03-01T10:00:00Z",
    "properties": {"order_id": "o1", "total": 12.5, "products": [{"product_id": "p", "price": 12.5, "quantity": 1}]},
}


def perennial(*words: str) -> Result:
    return CliRunner().invoke(app, list(words))


def events_file(folder: Path, *lines: dict[str, Any] | str) -> str:
    file = folder / "events.jsonl"
    file.write_text("".join(f"{line if isinstance(line, str) else json.dumps(line)}\n" for line in lines))
    return str(file)


def test_ingest_says_how_many_went_in_and_why_the_rest_did_not(tmp_path: Path) -> None:
    file = events_file(tmp_path, {**ORDER, "messageId": "m1"}, "{", {**ORDER, "messageId": "m2", "type": "wave"})
    done = perennial("ingest", "events", file, "--json")
    assert done.exit_code == 0, done.output
    (report,) = json.loads(done.stdout)
    assert (report["count_loaded"], report["count_rejected"]) == (1, 2)
    assert sum(report["reasons"].values()) == 2


def test_ingest_shows_the_first_of_what_was_refused_and_reported(tmp_path: Path) -> None:
    file = events_file(
        tmp_path,
        {**ORDER, "messageId": "m1", "anonymousId": "undefined"},
        {**ORDER, "messageId": "m1", "properties": {"order_id": "o2"}},
        {**ORDER, "messageId": "m3", "userId": "null"},
        "{cut",
    )
    done = perennial("ingest", "events", file)
    assert done.exit_code == 0, done.output
    printed = " ".join(done.output.split())
    assert "line 1: anonymous id of nobody dropped: 'undefined' in m1" in printed
    assert "line 2: message id reused with other content: m1" in printed
    assert "line 3: an id of nobody: " in printed
    assert "line 4: malformed JSON: {cut" in printed
    (report,) = json.loads(perennial("ingest", "events", file, "--json").stdout)
    assert report["issues"] == {"message id reused with other content": 1, "anonymous id of nobody dropped": 1}
    assert {example["line"] for example in report["examples"]} == {1, 2, 3, 4}


def test_a_file_of_which_every_event_was_refused_is_a_failure_and_one_loaded_before_is_not(tmp_path: Path) -> None:
    good = events_file(tmp_path, {**ORDER, "messageId": "m1"})
    assert perennial("ingest", "events", good).exit_code == 0
    assert perennial("ingest", "events", good).exit_code == 0
    bad = events_file(tmp_path, "{", {**ORDER, "messageId": "m2", "userId": "undefined"})
    done = perennial("ingest", "events", bad, "--json")
    assert done.exit_code == 1
    assert json.loads(done.stdout)[0]["count_rejected"] == 2


def test_a_table_given_as_events_is_answered_with_what_to_type_and_the_other_files_are_loaded(tmp_path: Path) -> None:
    table = tmp_path / "orders.csv"
    table.write_text("id,customer,total\n1,a,5\n")
    single = perennial("ingest", "events", str(table))
    assert single.exit_code == 2
    assert f"{table} is a table (CSV)" in " ".join(single.output.split())
    good = events_file(tmp_path, {**ORDER, "messageId": "m1"})
    done = perennial("ingest", "events", str(table), good, "--json")
    assert done.exit_code == 2
    first, second = json.loads(done.stdout)
    assert "type `perennial ingest orders" in first["failure"]
    assert (second["count_loaded"], second["failure"]) == (1, None)


def test_ingest_reads_standard_input() -> None:
    command = [str(Path(sys.executable).parent / "perennial"), "ingest", "events", "-", "--json"]
    line = json.dumps({**ORDER, "messageId": "m1"})
    done = subprocess.run(command, input=f"{line}\n", capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)[0]["count_loaded"] == 1


def test_a_missing_file_is_bad_input() -> None:
    done = perennial("ingest", "events", "nowhere.jsonl")
    assert done.exit_code == 2
    assert "nowhere.jsonl" in done.output


def test_attested_consent_needs_evidence(tmp_path: Path) -> None:
    done = perennial("ingest", "events", events_file(tmp_path, ORDER), "--attest-consent", "email")
    assert done.exit_code == 2
    assert "--evidence" in done.output


def test_an_unknown_stage_is_bad_usage_and_names_those_there_are() -> None:
    done = perennial("audiences", "pull", "lapsed")
    assert done.exit_code == 2
    assert "winback" in done.output


def test_an_audience_that_was_never_published_says_how_to_get_one() -> None:
    done = perennial("audiences", "pull", "retention", "--json")
    assert done.exit_code == 2
    assert "perennial run" in json.loads(done.stdout)["error"]


def test_an_unknown_model_is_bad_usage() -> None:
    done = perennial("models", "report", "loyalty")
    assert done.exit_code == 2
    assert "churn_risk" in done.output


def test_a_key_is_shown_once_and_stored_only_as_its_digest() -> None:
    done = perennial("keys", "create", "--scope", "read", "--json")
    assert done.exit_code == 0, done.output
    from perennial.database import Role, connect

    with connect(Role.OWNER) as connection:
        (stored,) = connection.execute("select string_agg(keys::text, '') from access.keys as keys").fetchone() or ("",)
    assert json.loads(done.stdout)["key"] not in stored


def test_a_revoked_key_opens_nothing_and_is_listed_as_such() -> None:
    from perennial.console.api.keys import verify_key

    key = json.loads(perennial("keys", "create", "--scope", "read", "--note", "newsletter", "--json").stdout)["key"]
    assert verify_key(key)
    done = perennial("keys", "revoke", key.split("_")[1])
    assert done.exit_code == 0, done.output
    assert verify_key(key) is None
    (listed,) = json.loads(perennial("keys", "list", "--json").stdout)
    assert listed["note"] == "newsletter"
    assert listed["revoked_at"]
    assert "newsletter" in perennial("keys", "list").output


def test_revoking_a_key_that_is_not_there_is_bad_usage() -> None:
    done = perennial("keys", "revoke", "nothing")
    assert done.exit_code == 2
    assert "no key 'nothing'" in done.output


def test_env_prints_what_a_shell_can_read() -> None:
    done = perennial("env")
    assert done.exit_code == 0
    assert all(line.startswith("export ") for line in done.stdout.splitlines())


def test_status_names_what_could_not_be_used_of_the_events_and_what_to_do(tmp_path: Path) -> None:
    perennial("ingest", "events", events_file(tmp_path, {**ORDER, "messageId": "m1", "anonymousId": "undefined"}))
    printed = " ".join(perennial("status").output.split())
    assert "1 x anonymous id of nobody dropped (the newest: m1: 'undefined'). The event counts for its user." in printed
    content = json.loads(perennial("status", "--json").stdout)
    assert {part["name"]: part["is_running"] for part in content["parts"]}["postgres"]
    (issue,) = content["data_issues"]
    assert (issue["count"], issue["subject"]) == (1, "m1")
    assert "Let the sender leave anonymousId out" in issue["advice"]


def test_the_version_is_that_of_the_package() -> None:
    done = perennial("--version")
    assert (done.exit_code, done.stdout) == (0, f"perennial {__version__}\n")
    assert version("perennial") == __version__, "run `make install` after a release"


def test_every_command_explains_itself() -> None:
    for words in (["--help"], ["audiences", "--help"], ["models", "--help"], ["ingest", "--help"]):
        done = perennial(*words)
        assert done.exit_code == 0
        assert "Usage" in done.output
