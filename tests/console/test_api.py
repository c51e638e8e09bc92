"""The API as a client meets it: a real server, real keys, real stores."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import quote

import httpx
import pandas as pd
import pytest

from perennial.audiences import publish
from perennial.console.api.keys import create_key, list_keys, revoke_key
from perennial.database import Role, connect
from perennial.settings import load_settings
from tests.audiences.conftest import NEXT_SUNDAY, SUNDAY, Brand
from tests.audiences.conftest import brand as brand  # noqa: PLC0414  # the fixture, under its own name
from tests.console.serving import serve

pytestmark = pytest.mark.integration
TRICKY = "a/b?c='; drop table audiences.runs; --ü"


@pytest.fixture
def api(brand: Brand) -> Iterator[httpx.Client]:
    """A served retention audience of five, and a client with a read key."""
    for number, customer in enumerate(["one", "two", "three", "four", TRICKY]):
        brand.add(customer, "retention", silent=10 + number)
        brand.consent(customer)
    brand.score("churn_risk", SUNDAY, {"one": 0.9, "two": 0.8, "three": 0.7, "four": 0.6, TRICKY: 0.5})
    publish("retention", SUNDAY)
    brand.serve(SUNDAY)
    with serve() as url, httpx.Client(base_url=url, timeout=30) as client:
        client.headers["Authorization"] = f"Bearer {create_key('read', note='test')}"
        yield client


def test_audiences_are_listed_with_their_manifests(api: httpx.Client) -> None:
    (run,) = api.get("/v1/audiences").json()["audiences"]
    assert (run["stage"], run["as_of"], run["row_count"], run["is_stale"]) == ("retention", "2017-09-24", 5, False)
    assert len(run["checksum"]) == 64


def test_members_come_page_by_page_within_one_run(api: httpx.Client, brand: Brand) -> None:
    first = api.get("/v1/audiences/retention", params={"limit": 2})
    assert first.headers["Cache-Control"] == "no-store"
    page = first.json()
    assert [member["customer_id"] for member in page["members"]] == ["one", "two"]
    member = page["members"][0]
    assert (member["rank"], member["probability"], member["reasons"]) == (1, 0.9, ["because of one"])
    assert (member["days_since_last_order"], member["churn_risk_band"], member["channels"]) == (
        10,
        "high",
        ["email", "sms"],
    )

    # A newer run appears, and somebody withdraws, between two pages.
    brand.add("new", "retention", NEXT_SUNDAY)
    brand.consent("new")
    brand.gate(NEXT_SUNDAY)
    publish("retention", NEXT_SUNDAY)
    brand.consent("three", ["profiling"], granted=False, at=datetime(2017, 9, 26, tzinfo=UTC))

    link = re.fullmatch(r'<(.+)>; rel="next"', first.headers["Link"])
    assert link
    second = api.get(link[1]).json()
    assert [member["customer_id"] for member in second["members"]] == ["four", TRICKY]
    last = api.get("/v1/audiences/retention", params={"limit": 2, "cursor": second["next_cursor"]}).json()
    assert (last["members"], last["next_cursor"]) == ([], None)
    assert [m["customer_id"] for m in api.get("/v1/audiences/retention").json()["members"]] == ["new"]


def test_a_minimum_probability_and_a_run_choose_members(api: httpx.Client) -> None:
    run_id = api.get("/v1/audiences").json()["audiences"][0]["run_id"]
    page = api.get("/v1/audiences/retention", params={"run": run_id, "min_probability": 0.75}).json()
    assert [member["customer_id"] for member in page["members"]] == ["one", "two"]


def test_csv_and_parquet_are_files_of_the_same_page(api: httpx.Client) -> None:
    csv = api.get("/v1/audiences/retention", params={"format": "csv"})
    assert csv.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert "retention-2017-09-24-" in csv.headers["Content-Disposition"]
    parquet = api.get("/v1/audiences/retention", params={"format": "parquet"})
    ids = pd.read_csv(io.BytesIO(csv.content))["customer_id"].tolist()
    assert (
        ids
        == pd.read_parquet(io.BytesIO(parquet.content))["customer_id"].tolist()
        == ["one", "two", "three", "four", TRICKY]
    )


def test_a_customer_is_found_by_any_id(api: httpx.Client) -> None:
    known = api.get(f"/v1/customers/{quote(TRICKY, safe='')}").json()
    assert (known["customer_id"], known["stage"], known["as_of"]) == (TRICKY, "retention", "2017-09-24")
    assert known["features"] == {"days_since_last_order": 14, "top_department": "GROCERY"}
    assert known["scores"]["churn_risk"]["probability"] == 0.5
    assert known["consent"]["email"]["is_granted"] is True
    assert known["consent"]["push"] == {"is_granted": False, "since": None, "source": None}
    assert [audience["rank"] for audience in known["audiences"]] == [5]


def test_an_explanation_goes_condition_by_condition(api: httpx.Client) -> None:
    explained = api.get(f"/v1/customers/{quote(TRICKY, safe='')}/explanation").json()
    assert explained["is_exported"] is True
    assert [condition["name"] for condition in explained["conditions"]] == [
        "known", "stage", "consent to profiling", "consented channel", "score", "published", "holdout",
    ]  # fmt: skip
    assert explained["gates"] == explained["conditions"], "the key's old name goes in 0.3"
    assert api.get("/v1/customers/nobody/explanation").json()["verdict"].startswith("Out of every audience")


@pytest.mark.parametrize(
    ("path", "status", "kind", "detail"),
    [
        ("/v1/audiences/vip", 404, "unknown-stage", "there are: prospect, onboarding"),
        ("/v1/audiences/winback", 404, "no-run", "perennial run"),
        ("/v1/audiences/retention?run=x", 404, "no-run", "There is no run 'x'"),
        ("/v1/audiences/retention?cursor=!!!", 422, "bad-cursor", "next_cursor"),
        ("/v1/audiences/retention?limit=0", 422, "invalid", "query.limit"),
        ("/v1/audiences/retention?format=xlsx", 422, "invalid", "query.format"),
        ("/v1/audiences/retention?min_probability=2", 422, "invalid", "query.min_probability"),
        ("/v1/customers/nobody", 404, "unknown-customer", "No event of customer 'nobody'"),
        ("/v1/customers/one/explanation?as_of=2017-09-20", 404, "unknown-day", "nearest are of 2017-09-24"),
        ("/v1/customers/one/explanation?as_of=soon", 422, "invalid", "query.as_of"),
        ("/v2", 404, "http", "/docs"),
    ],
)
def test_errors_are_problem_details_that_name_the_fix(
    api: httpx.Client, path: str, status: int, kind: str, detail: str
) -> None:
    answer = api.get(path)
    assert answer.status_code == status
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["type"], problem["status"]) == (f"urn:perennial:problem:{kind}", status)
    assert detail in problem["detail"]
    assert "Traceback" not in answer.text


def test_a_cursor_of_another_run_is_a_conflict(api: httpx.Client) -> None:
    cursor = api.get("/v1/audiences/retention?limit=1").json()["next_cursor"]
    answer = api.get("/v1/audiences/retention", params={"run": "another", "cursor": cursor})
    assert (answer.status_code, answer.json()["title"]) == (409, "Conflict")
    assert api.get("/v1/audiences/winback", params={"cursor": cursor}).status_code == 404


def test_without_a_valid_key_nothing_is_answered(api: httpx.Client) -> None:
    key = api.headers.pop("Authorization")
    for headers in (
        {},
        {"Authorization": "Bearer nonsense"},
        {"Authorization": f"{key}x"},
        {"Authorization": "Basic x"},
    ):
        for path in ("/v1/audiences", "/v1/audiences/retention", "/v1/customers/one", "/v1/data-issues", "/metrics"):
            answer = api.get(path, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["WWW-Authenticate"] == "Bearer"
            assert "perennial keys create --scope read" in answer.json()["detail"]


def test_a_key_of_another_scope_is_refused_and_an_admin_s_is_not(api: httpx.Client) -> None:
    answer = api.get("/v1/audiences", headers={"Authorization": f"Bearer {create_key('write')}"})
    assert answer.status_code == 403
    assert "scope write; read is needed" in answer.json()["detail"]
    admin = api.get("/v1/audiences", headers={"Authorization": f"Bearer {create_key('admin')}"})
    assert admin.status_code == 200


def test_a_revoked_key_opens_nothing(api: httpx.Client) -> None:
    assert api.get("/v1/audiences").status_code == 200
    (key,) = [key for key in list_keys() if key.note == "test"]
    revoke_key(key.key_id)
    answer = api.get("/v1/audiences")
    assert (answer.status_code, "revoked" in answer.json()["detail"]) == (401, True)


def test_health_and_readiness_need_no_key(api: httpx.Client) -> None:
    del api.headers["Authorization"]
    assert api.get("/health").json()["status"] == "ok"
    ready = api.get("/ready")
    assert (ready.status_code, ready.json()["parts"]) == (200, {"postgres": True, "online_store": True})


def test_an_online_store_that_is_down_shows_in_readiness_and_as_a_problem(
    api: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PERENNIAL_REDIS_URL", "redis://:x@127.0.0.1:1")
    load_settings.cache_clear()
    assert (api.get("/ready").status_code, api.get("/ready").json()["parts"]["online_store"]) == (503, False)
    answer = api.get("/v1/audiences/retention")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:perennial:problem:unreachable")
    assert "perennial up" in answer.json()["detail"]


def test_metrics_count_requests_by_route_and_hold_no_id(api: httpx.Client) -> None:
    api.get("/v1/customers/one")
    text = api.get("/metrics").text
    assert 'perennial_http_requests_total{method="GET",route="/v1/customers/{customer_id:path}",status="200"} 1' in text
    assert 'perennial_audience_members{stage="retention"} 5' in text
    assert 'perennial_audience_is_stale{stage="retention"} 0' in text
    assert "customers/one" not in text
    sample = re.compile(r"(# (HELP|TYPE) .+|[a-z_]+(\{[a-z]+=\"[^\"]*\"(,[a-z]+=\"[^\"]*\")*\})? [0-9.e+-]+)")
    assert [line for line in text.splitlines() if not sample.fullmatch(line)] == []


def test_the_docs_page_lists_every_operation_and_loads_nothing(api: httpx.Client) -> None:
    schema = api.get("/openapi.json").json()
    page = api.get("/docs")
    operations = [(method.upper(), path) for path, methods in schema["paths"].items() for method in methods]
    assert len(operations) >= 7
    for method, path in operations:
        assert f"{method} {path}" in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]
    assert re.findall(r"<script|<link|src=|https?://(?!127\.0\.0\.1)", page.text) == []


def test_data_issues_are_listed_with_what_to_do(api: httpx.Client) -> None:
    assert api.get("/v1/data-issues").json() == {"data_issues": []}
    with connect(Role.LOADER) as connection:
        connection.execute(
            "insert into raw.data_issues (kind, message_id, detail, source, fingerprint) "
            "values ('alias to itself', 'm1', 'u1', 'http', 'f')"
        )
    (issue,) = api.get("/v1/data-issues").json()["data_issues"]
    assert (issue["kind"], issue["count"], issue["subject"]) == ("alias to itself", 1, "m1")
    assert "previousId" in issue["advice"]
    assert api.get("/v1/data-issues", headers={"Authorization": ""}).status_code == 401
