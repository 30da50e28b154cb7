"""Named pieces of shared memory: made, mapped, and gone when their owner is.

The owner holds a lock on each of its segments, which the operating system takes away at its death,
however it dies. A segment that nobody holds is a dead owner's, and the next process that makes
one unlinks it. Where the system lists no segments (macOS), Python's resource tracker does that.
"""

import errno
import mmap
import os
import secrets
import signal
import sys
from multiprocessing import resource_tracker, util
from pathlib import Path
from types import FrameType
from typing import Any
from weakref import WeakValueDictionary

from spiral_monolith_neat_numpy.interrupts import is_in_main_thread

if sys.platform != "win32":
    import fcntl

    try:
        import _posixshmem  # type: ignore[import-not-found]
    except ImportError:  # a Python built without shared memory
        _posixshmem = None

_PREFIX = "sneat_"
_LISTED = Path("/dev/shm")  # where Linux shows the segments as files
_IS_LISTED = sys.platform == "linux"
_IS_TRACKED = sys.platform not in ("linux", "win32")
_ENDING = [
    getattr(signal, name) for name in ("SIGTERM", "SIGHUP", "SIGQUIT") if hasattr(signal, name)
]

_owned: "WeakValueDictionary[str, Segment]" = WeakValueDictionary()
_taken_care_of: set[int] = set()  # pids whose end, and whose predecessors' leavings, are seen to


class Segment:
    """A segment that this process made. Mappings stay valid when its name has gone.

    Attributes:
        name: by which other processes map it; cannot be guessed, at most 30 characters.
        size: bytes.
    """

    def __init__(self, size: int, what: str) -> None:
        """Make a segment.

        Args:
            size: bytes, at least 1; the memory is claimed at once.
            what: what it is for, for the message when there is no room.

        Raises:
            OSError: no room left in shared memory, or this system has none.
        """
        _take_care()
        self.size, self.name = size, ""
        self._pid = os.getpid()
        self._file = -1
        self._mapping: mmap.mmap | None = None
        if sys.platform == "win32":
            self.name = _new_name()
            self._mapping = mmap.mmap(-1, size, tagname=self.name)
        else:
            self.name, self._file = _made_and_held()
            if _IS_TRACKED:
                resource_tracker.register("/" + self.name, "shared_memory")
            try:
                _claim(self._file, size, what)
            except BaseException:
                self.unlink()
                raise
        _owned[self.name] = self

    def disown(self) -> None:
        """Let go of it as a copy made by fork, which is not the owner."""
        if self._file >= 0:
            os.close(self._file)  # the lock stays with the owner alone
            self._file = -1

    def unlink(self) -> None:
        """Take the name away; a process forked from the owner does not. May be called again."""
        if os.getpid() != self._pid:
            return
        _owned.pop(self.name, None)
        file, self._file = self._file, -1
        if file >= 0:
            if _IS_TRACKED:
                resource_tracker.unregister("/" + self.name, "shared_memory")
            _remove(self.name)
            os.close(file)
        if self._mapping is not None:
            self._mapping.close()
            self._mapping = None

    def __del__(self) -> None:
        """Unlink what nobody holds any more."""
        if hasattr(self, "_file"):
            self.unlink()


def attach(name: str, size: int, *, readonly: bool, what: str) -> mmap.mmap:
    """Map a segment by its name, read-only in the page table itself when asked.

    Args:
        name: as its owner's ``Segment.name``.
        size: bytes to map, at least 1.
        readonly: whether writing is refused, for good.
        what: what it is, for messages.

    Raises:
        FileNotFoundError: there is no such segment.
        ValueError: it is smaller than ``size``.
    """
    access = mmap.ACCESS_READ if readonly else mmap.ACCESS_WRITE
    if sys.platform == "win32":
        return _attach_on_windows(name, size, access, what)
    flags = os.O_RDONLY if readonly else os.O_RDWR
    descriptor = _posixshmem.shm_open("/" + name, flags, mode=0o600)
    try:
        _check_size(os.fstat(descriptor).st_size, size, what)
        return mmap.mmap(descriptor, size, access=access)
    finally:
        os.close(descriptor)


def sweep() -> int:
    """Unlink what dead owners have left behind; return how many segments that were."""
    if not _IS_LISTED or not _LISTED.is_dir():
        return 0
    return sum(_is_swept(path) for path in _LISTED.glob(_PREFIX + "*"))


def unlink_all() -> None:
    """Unlink every segment that this process made."""
    for segment in list(_owned.values()):
        segment.unlink()


def _take_care() -> None:
    """See to the end of this process, and to what dead ones left, once."""
    if sys.platform != "win32" and _posixshmem is None:
        raise OSError("this Python was built without shared memory; pass the arrays themselves")
    if is_in_main_thread():  # and no other may do it
        for number in _ENDING:
            if signal.getsignal(number) is signal.SIG_DFL:
                signal.signal(number, _end)
    if os.getpid() in _taken_care_of:
        return
    _taken_care_of.add(os.getpid())
    # A worker process skips atexit, but not this.
    util.Finalize(None, unlink_all, exitpriority=0)
    sweep()


def _disown_all() -> None:
    for segment in list(_owned.values()):
        segment.disown()
    _owned.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_disown_all)


def _end(number: int, frame: FrameType | None) -> None:
    """Leave nothing behind, then end by that signal as if nobody had heeded it."""
    unlink_all()
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


def _new_name() -> str:
    return _PREFIX + secrets.token_hex(10)  # macOS allows 31 characters, a slash included


if sys.platform == "win32":

    def _attach_on_windows(name: str, size: int, access: int, what: str) -> mmap.mmap:
        # Opened by the library first: mmap would make a new segment where there is none.
        from multiprocessing.shared_memory import SharedMemory

        probe: Any = SharedMemory(name=name)
        try:
            _check_size(probe.size, size, what)
            return mmap.mmap(-1, size, tagname=name, access=access)
        finally:
            probe.close()

else:

    def _made_and_held() -> tuple[str, int]:
        """Return a new segment's name and a descriptor that holds its lock."""
        while True:
            name = _new_name()
            flags = os.O_CREAT | os.O_EXCL | os.O_RDWR
            file = _posixshmem.shm_open("/" + name, flags, mode=0o600)
            if not _IS_LISTED:
                return name, file
            fcntl.flock(file, fcntl.LOCK_SH)
            if os.fstat(file).st_nlink > 0:
                return name, file
            os.close(file)  # swept by another process before it was held

    def _is_swept(path: Path) -> bool:
        try:
            file = os.open(path, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:  # gone meanwhile, or another user's
            return False
        try:
            if os.fstat(file).st_uid != os.getuid():
                return False
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink()
        except (BlockingIOError, FileNotFoundError):  # its owner lives, or another was faster
            return False
        finally:
            os.close(file)
        return True

    def _remove(name: str) -> None:
        try:
            _posixshmem.shm_unlink("/" + name)
        except FileNotFoundError:  # removed from outside
            return

    def _claim(file: int, size: int, what: str) -> None:
        """Claim the memory now: where it runs out later, writing kills the process (SIGBUS)."""
        try:
            os.ftruncate(file, size)
            if sys.platform == "linux":
                os.posix_fallocate(file, 0, size)
        except OSError as error:
            if error.errno in (errno.EOPNOTSUPP, errno.ENOSYS):
                return
            message = f"no room in shared memory for the {size} bytes of {what}"
            raise OSError(error.errno, message) from error


def _check_size(found: int, size: int, what: str) -> None:
    if found < size:
        raise ValueError(f"{what} needs a segment of {size} bytes, got {found}")
