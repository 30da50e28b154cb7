"""Write a file so that it is there whole, or stays as it was."""

import os
import threading
from pathlib import Path


def write_whole(path: str | os.PathLike[str], content: bytes) -> Path:
    """Write ``content`` to a temporary file beside ``path``, which then takes its name.

    What is no regular file (``/dev/stdout``) is written to directly, and of a link the file that
    it leads to.

    Raises:
        OSError: the directory is missing or cannot be written, or the disk is full; what was
            at ``path`` is still there.
    """
    target = Path(path)
    place = target.resolve() if target.is_symlink() else target
    # In the same directory, hence on the same file system: the renaming is then atomic.
    part = place.parent / f".spiral-neat-{os.getpid()}-{threading.get_ident()}.part"
    try:
        if place.exists() and not place.is_file():
            place.write_bytes(content)
        else:
            _write_and_rename(content, part, place)
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(target)) from error
    return target


def is_same_file(one: Path, other: Path) -> bool:
    """Return whether both are there and are one file, by whatever names and links."""
    return one.exists() and other.exists() and one.samefile(other)


def _write_and_rename(content: bytes, part: Path, target: Path) -> None:
    try:
        with open(part, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())  # a full disk may show only now
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
