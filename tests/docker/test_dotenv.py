""".env.example lists what the compose file asks for, without a value for any secret; write-env.sh makes the values."""

import re
import stat
import subprocess
from pathlib import Path

from perennial.settings import PROJECT_ROOT

EXAMPLE = (PROJECT_ROOT / ".env.example").read_text()
SECRETS = re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, re.MULTILINE)
OPTIONS = re.findall(r"^# ([A-Z_]+)=(\S+)$", EXAMPLE, re.MULTILINE)


def write_env(target: Path) -> subprocess.CompletedProcess[str]:
    script = PROJECT_ROOT / "docker/write-env.sh"
    return subprocess.run([str(script), str(target)], capture_output=True, text=True, check=False)


def test_the_example_names_exactly_what_compose_asks_for(compose_text: str) -> None:
    asked = set(re.findall(r"\$\{(\w+)", compose_text))
    assert asked == {name for name, _ in SECRETS + OPTIONS}


def test_mandatory_variables_have_no_value_and_the_others_show_theirs(compose_text: str) -> None:
    assert {value for _, value in SECRETS} == {""}
    assert {name for name, _ in SECRETS} == set(re.findall(r"\$\{(\w+):\?", compose_text))
    assert set(OPTIONS) == set(re.findall(r"\$\{(\w+):-([^}]+)\}", compose_text))


def test_every_group_of_secrets_says_how_to_make_one() -> None:
    groups = [group for group in EXAMPLE.split("\n\n") if re.search(r"^[A-Z_]+=$", group, re.MULTILINE)]
    assert groups
    assert all("openssl rand" in group for group in groups)


def test_a_written_env_has_a_value_of_its_own_for_every_secret(dotenv: dict[str, str]) -> None:
    assert set(dotenv) == {name for name, _ in SECRETS}
    assert len(set(dotenv.values())) == len(dotenv)
    assert min(len(value) for value in dotenv.values()) >= 44
    assert all(re.fullmatch(r"[A-Za-z0-9_-]+=?", value) for value in dotenv.values())


def test_the_fernet_key_is_one(dotenv: dict[str, str]) -> None:
    from cryptography.fernet import Fernet

    assert Fernet(dotenv["PERENNIAL_AIRFLOW_FERNET_KEY"])


def test_a_written_env_is_private_and_never_replaced(tmp_path: Path) -> None:
    target = tmp_path / ".env"
    assert write_env(target).returncode == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    before = target.read_text()
    refused = write_env(target)
    assert refused.returncode == 1
    assert "already there" in refused.stderr
    assert target.read_text() == before


def test_an_env_is_never_committed() -> None:
    assert ".env" in (PROJECT_ROOT / ".gitignore").read_text().splitlines()
