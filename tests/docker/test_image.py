"""The image is built from the lock, holds the project as a checkout does, and nothing else."""

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from perennial.settings import PROJECT_ROOT
from perennial.telemetry_off import USAGE_REPORTING_OFF

IGNORED = (PROJECT_ROOT / "docker/Dockerfile.dockerignore").read_text().splitlines()


def copied_paths(image: Any) -> list[str]:
    copies = [re.sub(r"--chmod=\d+ ", "", step) for step in image.all("COPY") if not step.startswith("--from")]
    return [path for copy in copies for path in copy.split()[:-1]]


def test_it_starts_from_one_pinned_python(image: Any) -> None:
    bases = {re.sub(r" AS \w+$", "", base) for base in image.all("FROM")}
    assert len(bases) == 1
    assert re.fullmatch(r"python:3\.11\.\d+-slim-\w+", bases.pop())


def test_it_installs_the_lock_with_its_hashes(image: Any) -> None:
    installs = " ".join(image.all("RUN"))
    assert "uv pip sync --require-hashes" in installs
    assert "requirements.lock" in copied_paths(image)
    assert not re.findall(r"(?:pip|uv pip) install(?! --no-cache-dir --require-hashes| --no-cache --no-deps)", installs)


def test_uv_comes_from_the_lock_too() -> None:
    lock = PROJECT_ROOT / "requirements.lock"
    script = ["/bin/sh", str(PROJECT_ROOT / "docker/uv-requirement.sh"), str(lock)]
    requirement = subprocess.run(script, capture_output=True, text=True, check=True).stdout
    first, *hashes = requirement.strip().splitlines()
    assert re.fullmatch(r"uv==[\d.]+ \\", first)
    assert hashes
    assert all(re.fullmatch(r"    --hash=sha256:[0-9a-f]{64}( \\)?", line) for line in hashes)
    assert not hashes[-1].endswith("\\")
    assert requirement.rstrip() in lock.read_text()


def test_every_path_it_copies_exists_and_reaches_the_build(image: Any) -> None:
    for path in copied_paths(image):
        assert (PROJECT_ROOT / path).exists(), path
        assert f"!{path}" in IGNORED, path


def test_nothing_reaches_the_build_that_is_not_copied(image: Any) -> None:
    assert IGNORED[1] == "*"
    assert {line[1:] for line in IGNORED if line.startswith("!")} == set(copied_paths(image))


def test_it_holds_every_package_and_every_folder_of_the_project(image: Any) -> None:
    wheel = re.search(r"^packages = \[(.+)\]$", (PROJECT_ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert wheel
    packages = set(re.findall(r'"(\w+)"', wheel[1]))
    assert packages | {"dags", "dbt_project", "feature_repo"} <= set(copied_paths(image))


def test_it_runs_as_a_user_of_its_own(image: Any) -> None:
    assert image.all("USER") == ["perennial"]
    assert re.search(r"useradd --uid 10001 .* perennial\b", " ".join(image.all("RUN")))


def test_it_holds_no_secret(image: Any) -> None:
    assert not [name for name in image.environment if re.search(r"PASSWORD|SECRET|SALT|FERNET", name)]
    assert not image.all("ARG")


def test_it_phones_nobody(image: Any) -> None:
    assert {name: image.environment.get(name) for name in USAGE_REPORTING_OFF} == USAGE_REPORTING_OFF


def test_its_user_owns_every_folder_that_a_volume_is_mounted_on(image: Any, ours: dict[str, Any]) -> None:
    owned = re.search(r"install --directory --owner perennial --group perennial ([^&]+)", " ".join(image.all("RUN")))
    assert owned
    mounts = {mount.split(":")[1] for service in ours.values() for mount in service["volumes"]}
    assert mounts == set(owned[1].split())


def test_tools_write_into_volumes_or_tmp_only(image: Any, ours: dict[str, Any]) -> None:
    folders = {name: value for name, value in image.environment.items() if re.search(r"HOME|_PATH$|LOG_", name)}
    assert len(folders) >= 7
    for name, value in folders.items():
        assert re.match("/(tmp|var/lib/perennial|var/log/airflow)(/|$)", value), name
    assert all("/tmp" in service["tmpfs"] for service in ours.values())  # noqa: S108  # a container's own


@pytest.mark.parametrize("script", sorted((PROJECT_ROOT / "docker").glob("*.sh")), ids=lambda script: script.name)
def test_shell_scripts_parse_and_can_be_run(script: Path) -> None:
    assert subprocess.run(["/bin/sh", "-n", str(script)], check=False).returncode == 0
    assert script.stat().st_mode & 0o100
