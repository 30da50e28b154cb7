"""Remove cache directories that nothing has used for long: each edit of a kernel leaves one.

A directory's time of last change is that of its last use, see ``mark_used``. Losing one that
is in use after all costs a compilation and no result: the cache's files are written whole,
and one that is missing counts as never made.
"""

import logging
import os
import re
import time
from pathlib import Path

UNUSED_DAYS = 30
_OURS = re.compile("[0-9a-f]{20}")
# What Numba leaves in a directory, and the unfinished file of a process that was killed.
_FILES = re.compile(r".+\.nb[ic](\.tmp\.\w+)?")

_log = logging.getLogger("spiral_monolith_neat_numpy")


def mark_used(folder: Path) -> None:
    """Keep ``folder`` from being removed for another 30 days.

    Raises:
        OSError: it is missing or cannot be written.
    """
    os.utime(folder)


def remove_unused(parent: Path, kept: str) -> None:
    """Remove the cache directories in ``parent`` that were not used for 30 days.

    Only names that we give are looked at, only files that Numba writes are removed, and a
    directory with anything else in it stays. Several processes may do this at once.

    Args:
        parent: where the cache directories lie.
        kept: name of the one that stays whatever its age.
    """
    oldest_s = time.time() - UNUSED_DAYS * 86400
    try:
        folders = [path for path in parent.iterdir() if _OURS.fullmatch(path.name)]
    except OSError as error:
        _log.debug("kernel cache: %s cannot be listed (%s)", parent, error)
        return
    for folder in folders:
        try:
            unused = folder.name != kept and folder.lstat().st_mtime < oldest_s
            if unused and folder.is_dir() and not folder.is_symlink():
                _remove(folder)
        except OSError as error:  # another process was faster, or it is not ours to remove
            _log.debug("kernel cache: %s stays (%s)", folder, error)


def _remove(folder: Path) -> None:
    files = list(folder.iterdir())
    if all(_FILES.fullmatch(file.name) for file in files):
        for file in files:
            file.unlink(missing_ok=True)
        folder.rmdir()
