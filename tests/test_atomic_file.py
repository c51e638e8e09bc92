"""A file is there whole, or as it was before."""

from pathlib import Path

import pytest

from perennial.atomic_file import PRIVATE, replace_file, replace_text


def write_half_and_fail(path: Path) -> None:
    with replace_file(path) as file:
        file.write(b"half")
        raise ValueError("no more")


def test_until_the_block_ends_readers_find_the_old_content(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with replace_file(path) as file:
        file.write(b"new")
        file.flush()
        assert path.read_text() == "old"
    assert path.read_text() == "new"
    assert list(tmp_path.iterdir()) == [path]


def test_a_block_that_raises_leaves_everything_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    with pytest.raises(ValueError, match="no more"):
        write_half_and_fail(path)
    with pytest.raises(ValueError, match="no more"):
        write_half_and_fail(tmp_path / "another")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_private_file_is_never_readable_by_others(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o644)
    with replace_file(path, mode=PRIVATE) as file:
        (draft,) = set(tmp_path.iterdir()) - {path}
        assert draft.stat().st_mode & 0o077 == 0
        file.write(b"secret")
    assert path.stat().st_mode & 0o077 == 0


def test_text_is_written_in_utf_8(tmp_path: Path) -> None:
    replace_text(tmp_path / "file", "ünï")
    assert (tmp_path / "file").read_bytes() == "ünï".encode()


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError) as raised:
        replace_text(tmp_path / "nowhere" / "file", "")
    assert raised.value.filename == str(tmp_path / "nowhere")
