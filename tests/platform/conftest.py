import os
import shutil
import tempfile
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
def own_home() -> Iterator[Path]:
    """A home that does not exist yet; whatever the test starts in it is stopped afterwards."""
    before = os.environ.get(HOME_VARIABLE)
    # Not below pytest's own folder: another session closes that one to PostgreSQL's user.
    folder = Path(tempfile.mkdtemp(prefix="perennial-"))
    home = folder / "home"
    enter(home)
    yield home
    enter(home)
    down()
    shutil.rmtree(folder)
    if before is None:
        del os.environ[HOME_VARIABLE]
    else:
        os.environ[HOME_VARIABLE] = before
    load_settings.cache_clear()
    lifecycle.load_lifecycle.cache_clear()
    database.engine.cache_clear()
