"""What can be known of docker-compose.yml without an engine: nothing it names is missing, and nothing stands open."""

import re
from collections import Counter
from typing import Any

from perennial import __version__
from perennial.platform.postgres import CONFIGURATION
from perennial.settings import PROJECT_ROOT, Settings

ONE_SHOT = {"migrate", "perennial"}
SECRET = re.compile(r"PASSWORD|SECRET|SALT|KEY|_CONN$|BROKER_URL|RESULT_BACKEND|DATABASE_URL|REDIS_URL|STORE_URI")
NOT_SECRET = {"PERENNIAL_DATABASE_URL"}  # names the owner without a password, except in migrate
PLACE = {"listen_addresses", "port", "unix_socket_directories"}  # the container's own


def test_the_services_of_the_platform_are_all_there(services: dict[str, Any]) -> None:
    airflow = {"airflow-api", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer", "airflow-worker"}
    assert set(services) == {"postgres", "valkey", "mlflow", "api", *airflow, *ONE_SHOT}


def test_images_are_pinned_to_a_full_version(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert re.search(r":\d+\.\d+(\.\d+)?(-\w+)?$|@sha256:[0-9a-f]{64}$", service["image"]), name


def test_our_image_carries_the_version_of_the_project(ours: dict[str, Any]) -> None:
    assert {service["image"] for service in ours.values()} == {f"perennial:{__version__}"}
    assert [name for name, service in ours.items() if "build" in service] == ["migrate"]
    build = ours["migrate"]["build"]
    assert (PROJECT_ROOT / build["context"] / build["dockerfile"]).is_file()


def test_no_service_runs_as_root_or_may_become_it(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert str(service["user"]).split(":")[0] not in {"", "root", "0"}, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
        assert service["read_only"] is True, name
        assert not {"privileged", "cap_add", "network_mode", "pid", "devices"} & set(service), name


def test_only_loopback_is_published_and_no_port_twice(services: dict[str, Any]) -> None:
    published = [port for service in services.values() for port in service.get("ports", [])]
    assert published
    assert all(re.fullmatch(r"127\.0\.0\.1:\d+:\d+", port) for port in published)
    assert max(Counter(port.split(":")[1] for port in published).values()) == 1


def test_every_port_can_be_moved(compose: dict[str, Any]) -> None:
    published = [port for service in compose["services"].values() for port in service.get("ports", [])]
    assert all(re.fullmatch(r"127\.0\.0\.1:\$\{\w+_PORT:-\d+\}:\d+", port) for port in published)


def test_every_dependency_reports_when_it_is_ready(services: dict[str, Any]) -> None:
    for name, service in services.items():
        for dependency, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_completed_successfully":
                assert dependency in ONE_SHOT, name
                assert services[dependency]["restart"] == "no", name
            else:
                assert how["condition"] == "service_healthy", name
                assert "healthcheck" in services[dependency], name


def test_every_long_running_service_is_watched_and_restarted(services: dict[str, Any]) -> None:
    for name in set(services) - ONE_SHOT:
        assert services[name]["healthcheck"]["test"][0] in {"CMD", "CMD-SHELL"}, name
        assert services[name]["restart"] == "unless-stopped", name


def test_whoever_uses_a_server_waits_for_what_prepares_it(ours: dict[str, Any]) -> None:
    for name in set(ours) - {"migrate"}:
        assert ours[name]["depends_on"]["migrate"]["condition"] == "service_completed_successfully", name


def test_workers_can_be_multiplied(services: dict[str, Any]) -> None:
    """`--scale` needs a service without a name, address or published port of its own."""
    assert not {"container_name", "hostname", "ports"} & set(services["airflow-worker"])


def test_volumes_are_named_declared_and_used(compose: dict[str, Any]) -> None:
    used = {mount.split(":")[0] for service in compose["services"].values() for mount in service.get("volumes", [])}
    assert used == set(compose["volumes"])


def test_every_address_is_that_of_a_service(services: dict[str, Any]) -> None:
    listening = {name: port.split(":")[2] for name, service in services.items() for port in service.get("ports", [])}
    listening |= {"valkey": "6379"}
    for name, service in services.items():
        for key, value in service.get("environment", {}).items():
            for host, port in re.findall(r"(?:@|http://)([a-z][a-z-]*):(\d+)", str(value)):
                expected = listening["airflow-api"] if host == "localhost" else listening[host]
                assert port == expected, f"{name} {key}"


def test_no_secret_has_a_default_or_stands_in_the_file(compose: dict[str, Any]) -> None:
    for name, service in compose["services"].items():
        for key, value in service.get("environment", {}).items():
            if SECRET.search(key) and (key not in NOT_SECRET or name == "migrate"):
                assert re.search(r"\$\{\w+:\?run docker/write-env\.sh\}", str(value)), f"{name} {key}"
                assert ":-" not in str(value), f"{name} {key}"


def test_no_secret_stands_in_a_command_line(services: dict[str, Any], dotenv: dict[str, str]) -> None:
    for name, service in services.items():
        words = str([service.get("command"), service.get("entrypoint"), service.get("healthcheck")])
        assert not [secret for secret, value in dotenv.items() if value in words], name


def test_only_the_migration_knows_the_owners_password(services: dict[str, Any], dotenv: dict[str, str]) -> None:
    knowing = {name for name, service in services.items() if dotenv["POSTGRES_PASSWORD"] in str(service)}
    assert knowing == {"migrate", "postgres"}


def test_only_what_loads_events_may_write_raw(services: dict[str, Any], dotenv: dict[str, str]) -> None:
    knowing = {name for name, service in services.items() if dotenv["PERENNIAL_LOADER_PASSWORD"] in str(service)}
    assert knowing == {"migrate", "airflow-worker", "perennial"}


def test_every_perennial_variable_is_a_setting(ours: dict[str, Any], environment_of: Any) -> None:
    for name in ours:
        variables = {key for key in environment_of(name) if key.startswith("PERENNIAL_")}
        assert {key.removeprefix("PERENNIAL_").lower() for key in variables} <= set(Settings.model_fields), name


def test_postgres_is_set_as_the_embedded_server_is(services: dict[str, Any]) -> None:
    settings = dict(line.split(" = ") for line in CONFIGURATION.splitlines() if line)
    expected = {f"-c{name}={value.strip(chr(39))}" for name, value in settings.items() if name not in PLACE}
    assert set(services["postgres"]["command"]) == {"postgres", *expected}
