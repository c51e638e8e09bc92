"""Valkey, MLflow and the API start with the compose file's commands, and their health checks find them healthy."""

from pathlib import Path
from typing import Any

import httpx
import pytest

pytestmark = pytest.mark.integration


def test_valkey_asks_for_the_password_and_keeps_what_is_written(valkey: Any, dotenv: dict[str, str]) -> None:
    import redis

    port = int(valkey.ports["6379"])
    with redis.Redis(port=port, password=dotenv["VALKEY_PASSWORD"]) as client:
        assert client.config_get("appendonly") == {"appendonly": "yes"}
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    with redis.Redis(port=port) as stranger, pytest.raises(redis.AuthenticationError):
        stranger.ping()


def test_the_password_of_valkey_stands_in_no_command_line(valkey: Any, dotenv: dict[str, str]) -> None:
    command_line = Path(f"/proc/{valkey.running['valkey'].pid}/cmdline").read_bytes().decode()
    assert "valkey-server" in command_line
    assert dotenv["VALKEY_PASSWORD"] not in command_line


def test_mlflow_answers_by_the_names_it_is_reached_under(migrated: Any) -> None:
    migrated.start("mlflow")
    migrated.wait_until_healthy("mlflow")
    port = migrated.ports["5000"]
    url = f"http://127.0.0.1:{port}/api/2.0/mlflow/experiments/search?max_results=1"
    for host in ("mlflow:5000", f"localhost:{port}", f"127.0.0.1:{port}"):
        assert httpx.get(url, headers={"Host": host}).status_code == 200, host
    assert httpx.get(url, headers={"Host": "elsewhere.example:5000"}).status_code == 403


def test_the_api_answers_with_the_readers_variables(migrated: Any, valkey: Any) -> None:
    assert valkey is migrated
    migrated.start("api")
    migrated.wait_until_healthy("api")
    assert httpx.get(f"http://127.0.0.1:{migrated.ports['8000']}/v1/audiences").status_code == 401
    migrated.stop("api", "mlflow")
