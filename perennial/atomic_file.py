"""Replace a file as a whole: readers find the old content or the new one, after a crash too."""

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

PUBLIC, PRIVATE = 0o666, 0o600
"""Permissions: what the umask leaves to everyone, or the owner's only."""


@contextmanager
def replace_file(path: Path, *, mode: int = PUBLIC) -> Iterator[IO[bytes]]:
    """A file to write to that takes the place of `path` when the block ends; where that raises, `path` is as before.

    The content is on disk before the name is: fsync, then rename(2), then fsync of the folder. `mode` holds for the
    new file, whatever the old one had. Raises FileNotFoundError naming the folder where there is none.
    """
    folder = path.resolve().parent
    if not folder.is_dir():
        raise FileNotFoundError(errno.ENOENT, "No such folder", str(folder))
    draft = folder / f".{path.name}.{secrets.token_hex(4)}"
    try:
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, mode), "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync_folder(folder)


def replace_text(path: Path, text: str, *, mode: int = PUBLIC) -> None:
    """As `replace_file`, with `text` in UTF-8."""
    with replace_file(path, mode=mode) as file:
        file.write(text.encode())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
