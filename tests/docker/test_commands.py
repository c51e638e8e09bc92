"""Every command in the compose file is one that the installed programs take, every variable one that they read."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from perennial.platform.services import airflow_environment, platform_environment
from perennial.settings import PROJECT_ROOT, Settings

BIN = Path(sys.executable).parent
MIGRATE = (PROJECT_ROOT / "docker/migrate.sh").read_text().replace("\\\n", " ")

# Run by itself, so that Airflow reads the compose file's settings and not those of this process.
ASK_AIRFLOW = """
import json, sys
from airflow.cli.cli_parser import get_parser
from airflow.configuration import conf
asked = json.load(sys.stdin)
known = {
    f"AIRFLOW__{section}__{option}".upper()
    for section, description in conf.configuration_description.items() for option in description["options"]
}
for command in asked["commands"]:
    get_parser().parse_args(command)
print(json.dumps(sorted(set(asked["variables"]) - known)))
"""


def checks(service: dict[str, Any]) -> list[str]:
    test = service.get("healthcheck", {"test": ["CMD"]})["test"]
    return shlex.split(test[1]) if test[0] == "CMD-SHELL" else test[1:]


@pytest.fixture(scope="session")
def commands(ours: dict[str, Any]) -> list[list[str]]:
    """What our containers run: the services, their health checks, and the lines of the migration."""
    started = [service.get("entrypoint", []) + service["command"] for service in ours.values()]
    asked = [checks(service) for service in ours.values() if "healthcheck" in service]
    lines = [
        shlex.split(line)
        for line in re.findall(r"^(?:twice \| setsid --wait )?((?:python|airflow) .+)$", MIGRATE, re.MULTILINE)
    ]
    assert len(lines) == 5
    return started + asked + lines


def test_every_program_and_file_is_there(commands: list[list[str]], in_project: Any) -> None:
    for program, *arguments in commands:
        if program.startswith("/opt/perennial/"):
            assert os.access(in_project(program), os.X_OK), program
        else:
            assert program == "sh" or (BIN / program).exists(), program
        for argument in arguments:
            if argument.startswith("/opt/perennial/"):
                assert in_project(argument).is_file(), argument


def test_every_module_run_with_python_has_an_entry(commands: list[list[str]]) -> None:
    modules = [arguments[1] for program, *arguments in commands if program == "python" and arguments[0] == "-m"]
    assert modules == ["perennial.schema"]
    for module in modules:
        assert (PROJECT_ROOT / module.replace(".", "/") / "__main__.py").is_file()


def test_airflow_takes_every_command_and_knows_every_variable(
    commands: list[list[str]], ours: dict[str, Any], environment_of: Any, tmp_path: Path
) -> None:
    airflow = [arguments for program, *arguments in commands if program == "airflow"]
    variables = {key for name in ours for key in environment_of(name) if key.startswith("AIRFLOW__")}
    assert len(airflow) == 11
    assert len(variables) >= 20
    answer = subprocess.run(
        [sys.executable, "-c", ASK_AIRFLOW],
        input=json.dumps({"commands": airflow, "variables": sorted(variables)}),
        env=os.environ | environment_of("airflow-worker") | {"AIRFLOW_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr[-2000:]
    assert json.loads(answer.stdout.splitlines()[-1]) == []


@pytest.mark.parametrize("program", ["mlflow", "perennial", "celery"])
def test_other_programs_take_their_options(
    program: str, commands: list[list[str]], environment_of: Any, tmp_path: Path
) -> None:
    """`--help` is answered only after every word before it was understood."""
    asked = [words for words in commands if words[0] == program and words[-1] != "--help"]
    assert asked
    for words in asked:
        answer = subprocess.run(
            [str(BIN / program), *words[1:], "--help"],
            env=os.environ | environment_of("airflow-worker") | {"AIRFLOW_HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr[-1000:]
        assert "usage" in answer.stdout.lower()


def test_airflow_is_set_as_the_embedded_one_is(environment_of: Any, tmp_path: Path) -> None:
    """Whatever is not a matter of place, scale or login is the same on Docker as under `perennial up`."""
    own = re.compile(
        r"AIRFLOW_HOME|AIRFLOW__(CORE__(EXECUTOR|PARALLELISM|DAGS_FOLDER|FERNET_KEY|EXECUTION_API_SERVER_URL|SIMPLE_AUTH_.*)"
        r"|DATABASE__SQL_ALCHEMY_CONN|API__(HOST|PORT|BASE_URL|SECRET_KEY)|API_AUTH__JWT_SECRET"
        r"|LOGGING__(BASE_LOG_FOLDER|WORKER_LOG_SERVER_PORT))|PERENNIAL_HOME|PATH|MLFLOW_TRACKING_URI"
    )
    settings = Settings(
        home=tmp_path,
        database_url="postgresql://postgres@127.0.0.1:1",
        airflow_db_password="a",
        airflow_password="b",
        airflow_secret="c",
        airflow_fernet_key="d",
    )
    (tmp_path / "airflow").mkdir()
    embedded = platform_environment(settings) | airflow_environment(settings, 1)
    shared = {name: value for name, value in embedded.items() if not own.fullmatch(name)}
    assert len(shared) >= 12
    docker = environment_of("airflow-worker")
    assert {name: docker.get(name) for name in shared} == shared
