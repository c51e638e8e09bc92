"""What is pulled is who may be contacted now, with what the online store knows; written whole and safe to open."""

import io
import json
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd
import pytest

from perennial.as_of import snapshot_at
from perennial.audiences import NoProbabilityError, publish, pull, write_members
from perennial.database import Role, connect
from tests.audiences.conftest import SUNDAY, Brand

NASTY = '=HYPERLINK("http://x")'


@pytest.fixture
def published(brand: Brand) -> Brand:
    """A scored and published retention audience of a, b and a nasty id, all of them online."""
    for customer, silent in (("a", 10), ("b", 20), (NASTY, 30)):
        brand.add(customer, "retention", silent=silent)
        brand.consent(customer)
    brand.score("churn_risk", SUNDAY, {"a": 0.9, "b": 0.6, NASTY: 0.3})
    publish("retention", SUNDAY)
    brand.serve(SUNDAY)
    return brand


@pytest.mark.integration
@pytest.mark.usefixtures("published")
def test_members_come_in_order_with_reasons_features_and_scores() -> None:
    frame = pull("retention")
    assert frame["customer_id"].tolist() == ["a", "b", NASTY]
    first = frame.iloc[0]
    assert (first["rank"], first["probability"], first["band"]) == (1, 0.9, "high")
    assert (first["reasons"], first["channels"]) == (["because of a"], ["email", "sms"])
    assert first["entered_at"] == snapshot_at(SUNDAY)
    assert (first["days_since_last_order"], first["top_department"]) == (10, "GROCERY")
    assert (first["churn_risk_probability"], first["churn_risk_band"]) == (0.9, "high")
    assert pd.isna(first["customer_value_value"])


@pytest.mark.integration
@pytest.mark.usefixtures("published")
def test_limit_and_minimum_probability_take_the_top() -> None:
    assert pull("retention", min_probability=0.6)["customer_id"].tolist() == ["a", "b"]
    assert pull("retention", limit=1)["customer_id"].tolist() == ["a"]
    assert pull("retention", min_probability=0.99).empty


@pytest.mark.integration
def test_who_withdraws_after_publishing_is_pulled_no_more(published: Brand) -> None:
    published.consent("a", ["profiling"], granted=False, at=datetime(2017, 9, 26, tzinfo=UTC))
    published.consent("b", ["sms"], granted=False, at=datetime(2017, 9, 26, tzinfo=UTC))
    frame = pull("retention").set_index("customer_id")
    assert list(frame.index) == ["b", NASTY]
    assert frame.loc["b", "channels"] == ["email"]
    published.consent("b", ["email"], granted=False, at=datetime(2017, 9, 26, tzinfo=UTC))
    assert pull("retention", limit=1)["customer_id"].tolist() == [NASTY]


@pytest.mark.integration
@pytest.mark.usefixtures("published")
def test_the_holdout_is_never_pulled_even_when_it_joined_after_publishing() -> None:
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "insert into experiments.holdout_members (customer_id, salt_digest, valid_from) values ('a', 'x', now())"
        )
    assert pull("retention")["customer_id"].tolist() == ["b", NASTY]
    publish("retention", SUNDAY)
    assert pull("retention")["customer_id"].tolist() == ["b", NASTY]


@pytest.mark.integration
def test_a_minimum_probability_of_an_audience_without_a_model_is_refused(published: Brand) -> None:
    published.add("w", "winback")
    published.consent("w")
    publish("winback", SUNDAY)
    assert pull("winback")["customer_id"].tolist() == ["w"]
    with pytest.raises(
        NoProbabilityError, match=r"rule: least overdue by their cadence first.*perennial models report reactivation"
    ):
        pull("winback", min_probability=0.5)


@pytest.mark.integration
@pytest.mark.usefixtures("published")
def test_an_empty_audience_has_the_same_columns_in_every_format(tmp_path: Path) -> None:
    full, empty = pull("retention"), pull("retention", min_probability=1.0)
    assert list(empty.columns) == list(full.columns)
    for form in ("csv", "json", "parquet"):
        write_members(empty, tmp_path / f"members.{form}", form)
    assert (tmp_path / "members.json").read_text() == "[\n]\n"
    assert list(pd.read_parquet(tmp_path / "members.parquet").columns) == list(full.columns)


def members() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": [NASTY, 'o\'Brien, "Ö"', "+49 170 123", "-7", "+cmd|' /C calc'!A0"],
            "probability": [0.25, None, -1.0, 1.0, 0.5],
            "reasons": [["a", "b"], [], ["=c"], ["d"], ["e"]],
            "channels": [["email"], ["sms"], ["email", "sms"], ["sms"], ["sms"]],
            "entered_at": pd.to_datetime([snapshot_at(SUNDAY)] * 5),
            "count_orders": pd.array([1, None, 3, 4, 5], dtype="Int64"),
            "is_in_campaign": pd.array([True, None, False, True, True], dtype="boolean"),
        }
    )


def test_csv_cells_that_a_spreadsheet_would_run_begin_with_an_apostrophe_and_numbers_stay() -> None:
    stream = io.BytesIO()
    write_members(members(), stream, "csv")
    frame = pd.read_csv(io.BytesIO(stream.getvalue()), dtype=str, keep_default_na=False)
    assert frame["customer_id"].tolist() == [
        f"'{NASTY}", "o'Brien, \"Ö\"", "+49 170 123", "-7", "'+cmd|' /C calc'!A0",
    ]  # fmt: skip
    assert frame["reasons"].tolist()[:3] == ["a; b", "", "'=c"]
    assert frame["probability"].tolist()[:3] == ["0.25", "", "-1.0"]
    assert frame["count_orders"].tolist()[:2] == ["1", ""]
    assert frame["entered_at"][0] == "2017-09-25T00:00:00Z"


def test_json_keeps_ids_lists_and_unknown_values_exactly() -> None:
    stream = io.BytesIO()
    write_members(members(), stream, "json")
    rows = json.loads(stream.getvalue())
    assert [row["customer_id"] for row in rows] == members()["customer_id"].tolist()
    assert rows[1] == {
        "customer_id": "o'Brien, \"Ö\"", "probability": None, "reasons": [], "channels": ["sms"],
        "entered_at": "2017-09-25T00:00:00+00:00", "count_orders": None, "is_in_campaign": None,
    }  # fmt: skip


def test_parquet_keeps_every_type(tmp_path: Path) -> None:
    write_members(members(), tmp_path / "m.parquet", "parquet")
    frame = pd.read_parquet(tmp_path / "m.parquet")
    assert frame["reasons"].map(list).tolist() == members()["reasons"].tolist()
    assert frame["entered_at"].tolist() == members()["entered_at"].tolist()
    assert frame["count_orders"].astype("Int64").equals(members()["count_orders"])


def test_a_file_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    write_members(members(), path, "json")
    before = path.read_bytes()
    broken = members().assign(note=[object()] * 5)
    with pytest.raises(TypeError):
        write_members(broken, path, "json")
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
    assert path.stat().st_mode & 0o077 == 0


def test_another_format_or_a_missing_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="'xlsx' is no format; there are: csv, json, parquet"):
        write_members(members(), tmp_path / "m.xlsx", "xlsx")
    with pytest.raises(FileNotFoundError):
        write_members(members(), tmp_path / "nowhere" / "m.csv")
