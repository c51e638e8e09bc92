"""What a home holds before any server runs: generated secrets and the person's own settings file."""

import base64
import json
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from perennial.lifecycle import DEFAULTS
from perennial.settings import home_path, load_settings, write_private_json

LOOPBACK = "127.0.0.1"
FOLDERS = ("logs", "run", "inbox", "artifacts", "data-docs", "dbt", "airflow", "valkey")


class BrokenHomeError(RuntimeError):
    """A file of the home was damaged; the message names it and what can be done."""


def prepare_home(announce: Callable[[str], None]) -> Path:
    """Create the home's folders, secrets and `lifecycle.yml` where they are missing; never replaces one."""
    home = home_path()
    for folder in FOLDERS:
        (home / folder).mkdir(parents=True, exist_ok=True)
    if not (home / "lifecycle.yml").exists():
        shutil.copyfile(DEFAULTS, home / "lifecycle.yml")
    if not (home / "secrets.json").exists():
        write_private_json(home / "secrets.json", _new_secrets())
        announce(f"New home at {home}, with generated passwords in secrets.json")
    load_settings.cache_clear()
    return home


def _new_secrets() -> dict[str, object]:
    roles = (
        *("owner", "loader", "transformer", "publisher", "reader"),
        *("feast", "airflow_db", "mlflow_db", "airflow", "valkey"),
    )
    passwords: dict[str, object] = {f"{role}_password": secrets.token_urlsafe(24) for role in roles}
    return passwords | {
        "airflow_secret": secrets.token_urlsafe(48),
        "airflow_fernet_key": base64.urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "holdout_salt": secrets.token_hex(16),
    }


def read_json(path: Path) -> dict[str, Any]:
    """The content of a small JSON file of the home; empty when it is not there.

    Raises BrokenHomeError when it is there and cannot be read: guessing would lose passwords.
    """
    try:
        content: dict[str, Any] = json.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except json.JSONDecodeError as error:
        raise BrokenHomeError(
            f"{path} is damaged ({error}). Restore it from a backup, or remove it to have it created again; without "
            "its secrets.json a home cannot be opened again, and `make clean` starts afresh."
        ) from error
    return content
