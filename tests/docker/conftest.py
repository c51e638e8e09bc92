"""The compose file and the image as data, the variables filled in from a fresh .env as `docker compose` would."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from perennial.settings import PROJECT_ROOT

VARIABLE = re.compile(r"(?<!\$)\$\{(?P<name>\w+)(?::(?P<kind>[?-])(?P<default>[^}]*))?\}")


@dataclass(frozen=True)
class Image:
    """What docker/Dockerfile says: (instruction, argument) pairs with continued lines joined."""

    steps: list[tuple[str, str]]

    def all(self, instruction: str) -> list[str]:
        return [argument for name, argument in self.steps if name == instruction]

    @property
    def environment(self) -> dict[str, str]:
        return dict(pair.split("=", 1) for argument in self.all("ENV") for pair in argument.split())


@pytest.fixture(scope="session")
def compose_text() -> str:
    return (PROJECT_ROOT / "docker-compose.yml").read_text()


@pytest.fixture(scope="session")
def compose(compose_text: str) -> dict[str, Any]:
    """The compose file with its merges resolved and its variables as they stand."""
    content: dict[str, Any] = yaml.safe_load(compose_text)
    return content


@pytest.fixture(scope="session")
def dotenv(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of an .env that docker/write-env.sh wrote just now."""
    target = tmp_path_factory.mktemp("dotenv") / ".env"
    subprocess.run([str(PROJECT_ROOT / "docker/write-env.sh"), str(target)], check=True, capture_output=True)
    lines = [line for line in target.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


@pytest.fixture(scope="session")
def services(compose_text: str, dotenv: dict[str, str]) -> dict[str, Any]:
    """The services with every variable filled in; a mandatory one that is missing fails here as it does in compose."""

    def value(match: re.Match[str]) -> str:
        default = match["default"] if match["kind"] == "-" else ""
        filled = dotenv.get(match["name"]) or default
        assert filled, f"{match['name']} is empty"
        return filled

    rendered = VARIABLE.sub(value, compose_text).replace("$$", "$")
    content: dict[str, Any] = yaml.safe_load(rendered)["services"]
    return content


@pytest.fixture(scope="session")
def image() -> Image:
    lines = (PROJECT_ROOT / "docker/Dockerfile").read_text().splitlines()
    text = "\n".join(line for line in lines if not line.lstrip().startswith("#")).replace("\\\n", " ")
    return Image([(words[0], words[1].strip()) for line in text.splitlines() if len(words := line.split(None, 1)) == 2])


@pytest.fixture(scope="session")
def ours(services: dict[str, Any]) -> dict[str, Any]:
    """The services that run our own image."""
    return {name: service for name, service in services.items() if service["image"].startswith("perennial:")}


@pytest.fixture(scope="session")
def environment_of(ours: dict[str, Any], image: Image) -> Any:
    """A function: the whole environment that a service of ours sees, the image's and its own."""

    def environment(name: str) -> dict[str, str]:
        own = {key: str(value) for key, value in ours[name].get("environment", {}).items()}
        return image.environment | own

    return environment


@pytest.fixture(scope="session")
def in_project() -> Any:
    """A function: the project's own file for a path inside the image."""

    def project_path(path: str) -> Path:
        return PROJECT_ROOT / path.removeprefix("/opt/perennial/")

    return project_path
