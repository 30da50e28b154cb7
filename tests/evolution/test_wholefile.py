"""Files are there whole, or stay as they were."""

import os
import resource
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from spiral_monolith_neat_numpy.evolution.wholefile import write_whole

OLD, NEW = b"what was there", b"n" * 50_000


@contextmanager
def disk_full_after(n_bytes: int) -> Iterator[None]:
    """Let no file of this process grow beyond ``n_bytes``."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (n_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_file_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    assert write_whole(path, NEW) == path
    assert path.read_bytes() == NEW
    assert list(tmp_path.iterdir()) == [path]


def test_write_that_fails_midway_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(OLD)
    with disk_full_after(10_000), pytest.raises(OSError, match="File too large") as caught:
        write_whole(path, NEW)
    assert caught.value.filename == str(path)
    assert path.read_bytes() == OLD
    assert list(tmp_path.iterdir()) == [path]


def test_write_that_fails_midway_leaves_no_new_file(tmp_path: Path) -> None:
    with disk_full_after(10_000), pytest.raises(OSError, match="File too large"):
        write_whole(tmp_path / "file", NEW)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("none/file", FileNotFoundError),
        ("regular/file", NotADirectoryError),
        ("folder", IsADirectoryError),
    ],
)
def test_error_names_the_file_that_was_asked_for(
    tmp_path: Path, name: str, error: type[OSError]
) -> None:
    (tmp_path / "regular").touch()
    (tmp_path / "folder").mkdir()
    with pytest.raises(error) as caught:
        write_whole(tmp_path / name, NEW)
    assert caught.value.filename == str(tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["folder", "regular"]


def test_what_is_no_regular_file_is_written_to_and_not_replaced(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read: list[bytes] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
    reader.start()
    write_whole(pipe, NEW)
    reader.join()
    assert read == [NEW]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_link_stays_and_what_it_leads_to_is_written(tmp_path: Path) -> None:
    real, link = tmp_path / "real", tmp_path / "link"
    real.write_bytes(b"old")
    link.symlink_to(real)
    assert write_whole(link, b"new") == link
    assert link.is_symlink()
    assert real.read_bytes() == b"new"
