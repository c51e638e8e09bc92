"""Online equals offline, nothing older replaces anything newer, and a new column needs no Python."""

import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import pytest
import redis

from perennial.as_of import snapshot_at
from perennial.database import Role, connect
from perennial.features import apply_feature_repo, feature_store, historical_features, materialize, online_features
from perennial.models import load_models, model_of
from perennial.settings import load_settings
from perennial.stages import Stage
from tests.feature_repo.conftest import CUSTOMERS, FEATURES, NEXT_SUNDAY, SUNDAY, Project, profile

pytestmark = [pytest.mark.integration, pytest.mark.usefixtures("project")]
SERVICE = "churn_risk_v1"
WORK = f"""
import datetime
from perennial.features import feature_store, materialize
feature_store()
print('ready', flush=True)
materialize(datetime.date({NEXT_SUNDAY:%Y, %-m, %-d}))
"""
AT_SUNDAYS = "select customer_id, snapshot_at as event_timestamp from marts.customer_features"


def known_at(day: date, service: str = SERVICE) -> pd.DataFrame:
    """Offline features of every customer as of the end of `day`, in the columns of an online frame."""
    moment = f"'{snapshot_at(day)}'::timestamptz as event_timestamp"
    entities = f"select distinct customer_id, {moment} from marts.customer_features"
    frame = historical_features(entities, service)
    return frame.drop(columns="event_timestamp").sort_values("customer_id", ignore_index=True)


def online(service: str = SERVICE) -> pd.DataFrame:
    with connect(Role.READER) as connection:
        rows = connection.execute("select distinct customer_id from marts.customer_features").fetchall()
    return online_features(sorted(row[0] for row in rows), service).sort_values("customer_id", ignore_index=True)


def test_every_model_and_stage_has_its_service() -> None:
    apply_feature_repo()
    services = {service.name: service for service in feature_store().list_feature_services()}
    assert set(services) == {f"{model}_v1" for model in load_models()} | {f"audience_{stage}_v1" for stage in Stage}
    for stage in Stage:
        views = [projection.name for projection in services[f"audience_{stage}_v1"].feature_view_projections]
        expected = [f"{model}_scores"] if (model := model_of(stage)) else []
        assert views == ["customer_features", *expected, "customer_value_scores"]


def test_applying_again_changes_nothing() -> None:
    apply_feature_repo()
    materialize(NEXT_SUNDAY)
    again = apply_feature_repo()
    assert (again.count_changed, again.count_removed) == (0, 0)


def test_online_equals_offline_as_of_the_same_moment_for_every_kind_of_value() -> None:
    apply_feature_repo()
    assert materialize(NEXT_SUNDAY).rows["customer_features"] == len(CUSTOMERS)
    pd.testing.assert_frame_equal(online(), known_at(NEXT_SUNDAY))
    kinds = online().dtypes.astype(str).to_dict()
    assert kinds["recency_days"] == "float64"
    assert (kinds["count_orders"], kinds["is_coupon_user"]) == ("Int64", "boolean")
    values = online().set_index("customer_id").loc["=cmd()"]
    assert values["favourite_department"] == 'wine,\n"beer"'
    assert not values["is_coupon_user"]


def test_a_snapshot_of_the_very_moment_is_known_and_a_later_one_is_not() -> None:
    apply_feature_repo()
    frame = historical_features(AT_SUNDAYS, SERVICE)
    assert list(frame["count_orders"]) == [1, 2] * len(CUSTOMERS)
    before = historical_features(
        f"select '1' as customer_id, '{snapshot_at(SUNDAY)}'::timestamptz - interval '1 second' as event_timestamp",
        SERVICE,
    )
    assert before["count_orders"].isna().all()


def test_between_snapshots_the_newest_of_the_past_week_is_known(change: Callable[..., None]) -> None:
    apply_feature_repo()
    change("delete from marts.customer_features where snapshot_at = %s", snapshot_at(NEXT_SUNDAY))
    days = "generate_series(timestamptz '2017-09-24 00:00+00', '2017-10-04 00:00+00', interval '1 day')"
    frame = historical_features(f"select '1' as customer_id, day as event_timestamp from {days} as day", SERVICE)
    known = frame.loc[frame["count_orders"].notna(), "event_timestamp"].dt.strftime("%m-%d").tolist()
    assert known == ["09-25", "09-26", "09-27", "09-28", "09-29", "09-30", "10-01", "10-02"]


def test_training_frames_are_ordered_and_keep_the_entity_s_own_columns() -> None:
    apply_feature_repo()
    frame = historical_features(
        f"select *, 1.5::float8 as label from ({AT_SUNDAYS} order by random()) as shuffled", SERVICE
    )
    assert list(frame.columns) == ["customer_id", "event_timestamp", "label", *FEATURES]
    assert frame.equals(frame.sort_values(["customer_id", "event_timestamp"], ignore_index=True))


def test_an_older_batch_never_overwrites_a_newer_value() -> None:
    apply_feature_repo()
    materialize(NEXT_SUNDAY)
    materialize(SUNDAY)
    pd.testing.assert_frame_equal(online(), known_at(NEXT_SUNDAY))


def test_a_corrected_value_of_the_same_snapshot_arrives(change: Callable[..., None]) -> None:
    apply_feature_repo()
    materialize(NEXT_SUNDAY)
    change(
        "update marts.customer_features set count_orders = 7, favourite_department = null where snapshot_at = %s",
        snapshot_at(NEXT_SUNDAY),
    )
    materialize(NEXT_SUNDAY)
    assert set(online()["count_orders"]) == {7}
    pd.testing.assert_frame_equal(online(), known_at(NEXT_SUNDAY))


def test_a_column_added_to_the_contract_is_in_the_next_training_frame_and_online_read(
    project: Project, change: Callable[..., None]
) -> None:
    apply_feature_repo()
    materialize(NEXT_SUNDAY)
    change("alter table marts.customer_features add column basket_entropy double precision")
    change("update marts.customer_features set basket_entropy = 0.25 where customer_id = '1'")
    project.write_contract({**FEATURES, "basket_entropy": "double precision"})

    assert apply_feature_repo().count_changed > 0
    materialize(NEXT_SUNDAY)

    field = next(
        f for f in feature_store().get_feature_view("customer_features").features if f.name == "basket_entropy"
    )
    assert (str(field.dtype), field.description) == ("Float64", "basket_entropy in words")
    frame = historical_features(AT_SUNDAYS, SERVICE)
    assert frame.loc[frame["customer_id"] == "1", "basket_entropy"].tolist() == [0.25, 0.25]
    assert online_features(["1"], SERVICE)["basket_entropy"].tolist() == [0.25]


def test_a_column_taken_out_of_the_contract_is_gone_everywhere(project: Project) -> None:
    apply_feature_repo()
    materialize(NEXT_SUNDAY)
    project.write_contract({name: kind for name, kind in FEATURES.items() if name != "count_orders"})
    apply_feature_repo()
    assert "count_orders" not in historical_features(AT_SUNDAYS, SERVICE)
    assert "count_orders" not in online_features(["1"], SERVICE)


def test_a_customer_without_features_is_all_unknown() -> None:
    apply_feature_repo()
    materialize(NEXT_SUNDAY)
    frame = online_features(["nobody", "1"], SERVICE)
    assert frame["customer_id"].tolist() == ["nobody", "1"]
    assert frame.loc[0, list(FEATURES)].isna().all()


def test_scores_go_online_under_their_model_s_name() -> None:
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "insert into predictions.scores "
            "values ('churn_risk', %s, %s, '1', 'retention', 0.75, null, 0.9, 'high', '[]', '3')",
            [NEXT_SUNDAY, snapshot_at(NEXT_SUNDAY)],
        )
    apply_feature_repo()
    assert materialize(NEXT_SUNDAY, views=["churn_risk_scores"]).rows == {"churn_risk_scores": 1}
    row = online_features(["1"], "audience_retention_v1").iloc[0]
    assert (row["churn_risk_probability"], row["churn_risk_band"]) == (0.75, "high")
    assert row["customer_value_band"] is None
    offline = known_at(NEXT_SUNDAY, "audience_retention_v1").set_index("customer_id").loc["1"]
    assert offline["churn_risk_percentile"] == 0.9


def test_a_materialisation_killed_at_random_times_ends_with_the_same_values(
    project: Project, change: Callable[..., None]
) -> None:
    change(
        f"insert into marts.customer_features (customer_id, snapshot_on, snapshot_at, {', '.join(FEATURES)}) "
        "select 'c' || n, snapshot_on, snapshot_at, random(), n, mod(n, 2) = 0, 'd' || mod(n, 7), null "
        "from generate_series(1, 3000) as n "
        "cross join (select distinct snapshot_on, snapshot_at from marts.customer_features) as days"
    )
    with connect(Role.LOADER) as connection:
        connection.execute(
            "insert into consent.ledger (customer_id, purpose, is_granted, valid_from, source) "
            "select 'c' || n, 'profiling', true, '2017-01-01', 'test' from generate_series(1, 3000) as n"
        )
    apply_feature_repo()
    materialize(SUNDAY)
    generator = random.Random(20171001)
    for _ in range(2):
        with subprocess.Popen(
            [sys.executable, "-W", "ignore", "-c", WORK], stdout=subprocess.PIPE, cwd=project.home
        ) as victim:
            assert victim.stdout is not None
            assert victim.stdout.readline() == b"ready\n"
            time.sleep(generator.uniform(0.02, 0.5))
            victim.send_signal(signal.SIGKILL)
    materialize(NEXT_SUNDAY)
    pd.testing.assert_frame_equal(online(), known_at(NEXT_SUNDAY))


def stored() -> int:
    with redis.Redis.from_url(load_settings().require("redis_url")) as client:
        return int(client.dbsize())


def score(customer: str, day: date) -> None:
    with connect(Role.PUBLISHER) as connection:
        connection.execute(
            "insert into predictions.scores "
            "values ('churn_risk', %s, %s, %s, 'retention', 0.75, null, 0.9, 'high', '[]', '3')",
            [day, snapshot_at(day), customer],
        )


@pytest.mark.parametrize("day", [SUNDAY, NEXT_SUNDAY])
def test_whoever_is_no_longer_profiled_leaves_the_store_with_features_and_scores(day: date) -> None:
    apply_feature_repo()
    score("1", SUNDAY)
    materialize(SUNDAY)
    assert stored() == len(CUSTOMERS)
    profile("1", granted=False, on=day)
    report = materialize(day)
    assert report.removed["customer_features"] == 1
    assert stored() == len(CUSTOMERS) - 1
    assert online_features(["1"], "audience_retention_v1").drop(columns="customer_id").isna().all(axis=None)


def test_whoever_no_longer_exists_leaves_the_store(change: Callable[..., None]) -> None:
    apply_feature_repo()
    materialize(NEXT_SUNDAY)
    change("delete from marts.customer_features where customer_id = '1'")
    materialize(NEXT_SUNDAY)
    assert stored() == len(CUSTOMERS) - 1
    materialize(date(2017, 10, 3))
    assert stored() == len(CUSTOMERS) - 1, "a day without a snapshot removes nobody"


def test_the_score_of_a_day_before_goes_when_others_are_scored() -> None:
    apply_feature_repo()
    for customer, day in (("1", SUNDAY), ("o'Brien", NEXT_SUNDAY)):
        score(customer, day)
        materialize(day)
    frame = online_features(["1", "o'Brien"], "audience_retention_v1")
    assert frame["churn_risk_band"].tolist() == [None, "high"]
    assert frame["count_orders"].tolist() == [2, 2]


def test_a_value_past_its_time_to_live_is_unknown() -> None:
    apply_feature_repo()
    materialize(SUNDAY)
    alive, dead = (snapshot_at(SUNDAY + timedelta(days=days)) for days in (7, 8))
    assert online_features(["1"], SERVICE, moment=alive)["count_orders"].tolist() == [1]
    assert online_features(["1"], SERVICE, moment=dead)["count_orders"].isna().all()


def test_the_default_moment_is_that_of_the_newest_day_of_events() -> None:
    apply_feature_repo()
    materialize(SUNDAY)
    with connect(Role.LOADER) as connection:
        connection.execute(
            "insert into raw.events (message_id, type, user_id, occurred_at, received_at, source, load_id) "
            "values ('m', 'page', '1', %s, now(), 'test', 1)",
            [snapshot_at(SUNDAY) + timedelta(days=7, hours=1)],
        )
    assert online_features(["1"], SERVICE)["count_orders"].isna().all()
