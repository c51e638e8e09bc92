import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from perennial import database, lifecycle
from perennial.platform import down
from perennial.settings import HOME_VARIABLE, load_settings


def enter(home: Path) -> None:
    os.environ[HOME_VARIABLE] = str(home)
    load_settings.cache_clear()
    lifecycle.load_lifecycle.cache_clear()
    database.engine.cache_clear()


@pytest.fixture
def own_home(tmp_path: Path) -> Iterator[Path]:
    """A home that does not exist yet; whatever the test starts in it is stopped afterwards."""
    before = os.environ.get(HOME_VARIABLE)
    home = tmp_path / "home"
    enter(home)
    yield home
    enter(home)
    down()
    if before is None:
        del os.environ[HOME_VARIABLE]
    else:
        os.environ[HOME_VARIABLE] = before
    load_settings.cache_clear()
    lifecycle.load_lifecycle.cache_clear()
    database.engine.cache_clear()
