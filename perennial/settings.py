"""The platform's home and the addresses of its servers: read once, frozen, from one place.

Precedence, highest first: environment variables (`PERENNIAL_*`), then the home's own
`platform.json` (ports) and `secrets.json` (passwords, mode 0600), both written by `perennial up`.
"""

import json
import os
from functools import lru_cache
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import (
    BaseSettings,
    JsonConfigSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from perennial.atomic_file import PRIVATE, replace_text

PROJECT_ROOT = Path(__file__).resolve().parent.parent
HOME_VARIABLE = "PERENNIAL_HOME"
MODEL_VIEW = "?workflowType=machine_learning"
"""Behind a page of MLflow: it shows models rather than prompts and traces."""


class HomeNotReadyError(RuntimeError):
    """Something was asked of a home that `perennial up` has not built yet."""


def home_path() -> Path:
    """The folder of the running platform: `PERENNIAL_HOME`, by default `.perennial` of the project."""
    return Path(os.environ.get(HOME_VARIABLE, PROJECT_ROOT / ".perennial")).expanduser().resolve()


class Settings(BaseSettings):
    """The addresses of every server. A URL that is None means: not configured, and `require` says how to."""

    model_config = SettingsConfigDict(env_prefix="PERENNIAL_", frozen=True, extra="ignore")

    home: Path = Field(default_factory=home_path)
    project: Path = PROJECT_ROOT

    # `postgresql://host:port` of the warehouse server with its owner; roles below log in to the same server.
    database_url: SecretStr | None = None
    redis_url: SecretStr | None = None
    mlflow_url: str | None = None
    airflow_url: str | None = None
    api_url: str | None = None

    airflow_username: str = "admin"
    airflow_password: SecretStr | None = None

    loader_password: SecretStr | None = None
    transformer_password: SecretStr | None = None
    publisher_password: SecretStr | None = None
    reader_password: SecretStr | None = None
    feast_password: SecretStr | None = None
    airflow_db_password: SecretStr | None = None
    mlflow_db_password: SecretStr | None = None
    airflow_secret: SecretStr | None = None
    airflow_fernet_key: SecretStr | None = None
    holdout_salt: SecretStr | None = None

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # pydantic's signature
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  # pydantic's signature
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        files = [home_path() / "secrets.json", home_path() / "platform.json"]
        return (
            init_settings,
            env_settings,
            JsonConfigSettingsSource(settings_cls, json_file=[file for file in files if file.exists()]),
        )

    def require(self, name: str) -> str:
        """The value of a setting as text.

        Raises HomeNotReadyError naming the fix when it is not set.
        """
        value = getattr(self, name)
        if value is None:
            raise HomeNotReadyError(
                f"{name} is not known for {self.home}. Run `perennial up` to start the embedded platform, "
                f"or set PERENNIAL_{name.upper()}."
            )
        return value.get_secret_value() if isinstance(value, SecretStr) else str(value)

    @property
    def dbt_project(self) -> Path:
        return self.project / "dbt_project"

    @property
    def feature_repo(self) -> Path:
        return self.project / "feature_repo"

    @property
    def dags(self) -> Path:
        return self.project / "dags"


@lru_cache
def load_settings() -> Settings:
    """The settings of this process, read once. `load_settings.cache_clear()` after changing a home."""
    return Settings()


def write_private_json(path: Path, content: dict[str, object]) -> None:
    """`path` holds `content`, replaced as a whole and readable by its owner only; its folder is created."""
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_text(path, json.dumps(content, indent=2) + "\n", mode=PRIVATE)
