"""The service `migrate` prepares what the others need to find, as often as it is asked."""

from typing import Any

import pytest

pytestmark = pytest.mark.integration


def test_it_prepares_databases_pool_login_and_home(migrated: Any, owner_of: Any) -> None:
    with owner_of("warehouse") as connection:
        schemas = {name for (name,) in connection.execute("select nspname from pg_namespace")}
        assert {"raw", "marts", "audiences"} <= schemas
    with owner_of("airflow") as connection:
        assert connection.execute("select slots from slot_pool where pool = 'warehouse'").fetchall() == [(2,)]
        assert connection.execute("select username from ab_user").fetchall() == [("admin",)]
    home = migrated.folder / "var/lib/perennial"
    assert {path.name for path in home.iterdir()} >= {"inbox", "lifecycle.yml", "dbt"}
    assert migrated.environment("migrate")["PERENNIAL_TRANSFORMER_PASSWORD"] in (home / "dbt/profiles.yml").read_text()


def test_it_can_run_again_and_takes_over_a_new_password(migrated: Any, owner_of: Any) -> None:
    with owner_of("airflow") as connection:
        before = connection.execute("select password from ab_user").fetchall()
    again = migrated.run("migrate", migrated.services["migrate"]["command"])
    assert again.returncode == 0, again.stderr[-2000:]
    assert "nothing, all was there" in again.stdout
    with owner_of("airflow") as connection:
        after = connection.execute("select password from ab_user").fetchall()
    assert len(after) == 1
    assert after != before


def test_it_prints_no_password(migrated: Any, dotenv: dict[str, str]) -> None:
    again = migrated.run("migrate", ["python", "-m", "perennial.schema"])
    assert again.returncode == 0
    assert not [name for name, value in dotenv.items() if value in again.stdout + again.stderr]


def test_without_the_owners_password_nobody_may_set_up(migrated: Any) -> None:
    refused = migrated.run("airflow-worker", ["python", "-m", "perennial.schema"])
    assert refused.returncode != 0
    assert "password" in refused.stderr
