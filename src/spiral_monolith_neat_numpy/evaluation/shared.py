"""Named data sets in shared memory, read by every process without a copy.

A data set lives in one segment of the operating system. Its name goes at release; its memory goes
when the last view dies, because every view holds its own mapping and nothing ever closes a
mapping by hand: that is what makes an old view safe in any order of calls.
"""

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.evaluation.segments import Segment, attach
from spiral_monolith_neat_numpy.evaluation.travel import is_reading_main

try:
    from multiprocessing import shared_memory as _shm
except ImportError:  # a Python built without it
    _shm = None  # type: ignore[assignment]


__all__ = [
    "_SHM_LOCAL",
    "SharedMeta",
    "_shm",
    "get_shared_dataset",
    "shared_labels",
    "shared_meta",
    "shm_cleanup_worker_cache",
    "shm_register_dataset",
    "shm_release_all",
    "shm_set_worker_meta",
]


class SharedMeta(TypedDict):
    """What another process needs to find a data set: goes to workers, pickles small."""

    name: str
    shape: tuple[int, ...]
    dtype: str
    readonly: bool


@dataclass(frozen=True)
class _Owned:
    """A data set that was registered here.

    Attributes:
        pid: the process that did, whose word goes before what is announced; 0: this one, a
            worker, for as long as it reads its parent's script.
    """

    segment: Segment
    array: AnyArray
    meta: SharedMeta
    pid: int


_KINDS = "biufcSUmM"  # plain values; objects are addresses, records lose their fields in str(dtype)
_SHM_LOCAL: dict[str, _Owned] = {}  # registered here, or inherited by fork
_WORKER_META: dict[str, SharedMeta] = {}
_ATTACHED: dict[str, tuple[str, AnyArray]] = {}  # label -> (segment name, view)


def shm_register_dataset(label: str, arr: object, readonly: bool = True) -> SharedMeta:
    """Copy an array into shared memory and return what other processes need to find it.

    A label that is in use already is given to the new data; views of the old stay valid. While
    a worker process reads the script of its parent, what the parent has registered stands.

    Args:
        label: name under which ``get_shared_dataset`` finds it.
        arr: anything NumPy makes an array of numbers, booleans, text or dates of; any shape,
            empty ones too.
        readonly: whether views refuse writing for good, here as in every other process.

    Returns:
        ``{"name", "shape", "dtype", "readonly"}``, to be handed to workers.

    Raises:
        TypeError: ``label`` is not text, or ``arr`` holds objects or records.
        OSError: there is no room left in shared memory, or this system has none.

    Example:
        >>> meta = shm_register_dataset("doc", [1.0, 2.0])
        >>> meta["shape"], meta["dtype"], meta["readonly"]
        ((2,), 'float64', True)
        >>> float(get_shared_dataset("doc").sum())
        3.0
        >>> shm_release_all()
    """
    _check_label(label)
    array = np.asarray(arr)
    if array.dtype.kind not in _KINDS or array.dtype.itemsize == 0:
        raise TypeError(
            f"arr for {label!r} must hold numbers, booleans, text or dates, got dtype {array.dtype}"
        )
    is_reading = is_reading_main()
    if is_reading and label in _WORKER_META:
        return _WORKER_META[label].copy()
    if _shm is None:
        raise OSError("this Python was built without shared memory; pass the arrays themselves")
    segment = Segment(max(1, array.nbytes), repr(label))
    meta = SharedMeta(
        name=segment.name,
        shape=array.shape,
        dtype=str(array.dtype),
        readonly=bool(readonly),
    )
    try:
        _view(label, {**meta, "readonly": False})[...] = array
        view = _view(label, meta)
    except BaseException:
        segment.unlink()
        raise
    replaced = _SHM_LOCAL.get(label)
    _SHM_LOCAL[label] = _Owned(segment, view, meta, 0 if is_reading else os.getpid())
    if replaced is not None:
        replaced.segment.unlink()
    return meta


def shm_set_worker_meta(meta: Mapping[str, Mapping[str, Any]] | None) -> None:
    """Say which data sets of another process this one may read; None forgets them all.

    Args:
        meta: label -> what ``shm_register_dataset`` returned for it.

    Raises:
        TypeError: an entry is no such mapping.
        ValueError: an entry lacks a key or holds a value that cannot be.
    """
    checked = {label: _checked_meta(label, entry) for label, entry in (meta or {}).items()}
    if is_reading_main():
        return
    _WORKER_META.clear()
    _WORKER_META.update(checked)
    for label, (name, _) in list(_ATTACHED.items()):
        if label not in checked or checked[label]["name"] != name:
            _ATTACHED.pop(label, None)


def get_shared_dataset(label: str) -> AnyArray:
    """Return a view of the data set of that label, without a copy.

    What this process registered comes first, then what ``shm_set_worker_meta`` announced.

    Raises:
        KeyError: no such label (the message lists the known ones), or its owner released it.
    """
    owned = _SHM_LOCAL.get(label)
    announced = _WORKER_META.get(label)
    if owned is not None and (
        announced is None  # inherited by fork
        or owned.pid == os.getpid()
        or announced["name"] == owned.meta["name"]
    ):
        return owned.array.view()
    if announced is None:
        known = ", ".join(repr(name) for name in shared_labels()) or "none"
        raise KeyError(f"no shared data set is called {label!r}; known labels: {known}")
    name, array = _ATTACHED.get(label, ("", None))
    if array is None or name != announced["name"]:
        try:
            array = _view(label, announced)
        except FileNotFoundError as error:
            raise KeyError(
                f"the shared data set {label!r} is gone: the process that registered it "
                "released it or ended"
            ) from error
        _ATTACHED[label] = (announced["name"], array)
    return array.view()


def shm_cleanup_worker_cache() -> None:
    """Let go of the data sets attached from other processes; the next read attaches again."""
    _ATTACHED.clear()


def shm_release_all() -> None:
    """Forget every data set and unlink those registered here; views in use stay valid."""
    if is_reading_main():
        return
    _ATTACHED.clear()
    _WORKER_META.clear()
    for label in list(_SHM_LOCAL):
        owned = _SHM_LOCAL.pop(label, None)
        if owned is not None:
            owned.segment.unlink()


def forget_what_main_registered() -> None:
    """Unlink what this process, a worker, registered when it read its parent's script.

    Whatever the parent has of it now is announced.
    """
    for label, owned in list(_SHM_LOCAL.items()):
        if owned.pid == 0:
            del _SHM_LOCAL[label]
            owned.segment.unlink()


def shared_labels() -> tuple[str, ...]:
    """Return the labels that ``get_shared_dataset`` knows in this process, sorted."""
    return tuple(sorted({*_SHM_LOCAL, *_WORKER_META}))


def shared_meta() -> dict[str, SharedMeta]:
    """Return label -> meta of every data set known in this process, for its workers."""
    return {**_WORKER_META, **{label: owned.meta for label, owned in _SHM_LOCAL.items()}}


def _check_label(label: object) -> None:
    if not isinstance(label, str) or not label:
        raise TypeError(f"label must be a non-empty string, got {label!r}")


def _checked_meta(label: str, entry: Mapping[str, Any]) -> SharedMeta:
    _check_label(label)
    if not isinstance(entry, Mapping):
        raise TypeError(f"meta of {label!r} must be a mapping, got {type(entry).__name__}")
    missing = [key for key in SharedMeta.__required_keys__ if key not in entry]
    if missing:
        raise ValueError(f"meta of {label!r} lacks {', '.join(sorted(missing))}")
    try:
        dtype = np.dtype(entry["dtype"])
        shape = tuple(int(n) for n in entry["shape"])
    except (TypeError, ValueError) as error:
        raise ValueError(f"meta of {label!r} has no usable dtype and shape: {error}") from error
    if dtype.kind not in _KINDS or dtype.itemsize == 0 or min(shape, default=0) < 0:
        raise ValueError(
            f"meta of {label!r} must have a plain dtype and a shape >= 0, got {dtype}, {shape}"
        )
    return SharedMeta(
        name=str(entry["name"]), shape=shape, dtype=str(dtype), readonly=bool(entry["readonly"])
    )


def _view(label: str, meta: SharedMeta) -> AnyArray:
    """Map the segment and lay an array over it; the array alone keeps the mapping alive."""
    dtype = np.dtype(meta["dtype"])
    count = math.prod(meta["shape"])
    size = max(1, count * dtype.itemsize)
    mapping = attach(meta["name"], size, readonly=meta["readonly"], what=f"meta of {label!r}")
    # np.frombuffer holds the buffer for as long as the array lives; np.ndarray(buffer=...)
    # does not, and reads freed memory once the mapping is closed.
    return np.frombuffer(mapping, dtype=dtype, count=count).reshape(meta["shape"])
