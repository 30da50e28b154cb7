"""The one way to compile a kernel, with a disk cache that cannot go stale.

Numba's own cache looks at the file of the function alone: it does not see an edit of a
helper in another file and would go on computing the old result. Ours lies in a directory
named after a hash of every kernel source, the versions of Python, NumPy, Numba and llvmlite and the
compiler switches. It belongs to these kernels only: where the user's own Numba code
keeps its cache is untouched.
"""

import contextlib
import hashlib
import logging
import os
import pickle
import platform
import sys
import tempfile
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

import llvmlite
import numba as nb
import numpy as np
from numba.core import caching

from spiral_monolith_neat_numpy.kernels.pruning import mark_used, remove_unused

_log = logging.getLogger("spiral_monolith_neat_numpy")
_F = TypeVar("_F", bound=Callable[..., Any])
_FOLDER = Path(__file__).parent

# Regrouping sums and fusing multiply-adds is what vectorising needs; flags that assume the
# absence of NaN and infinity stay off, so those keep their meaning.
FAST_BUT_HONEST = {"reassoc", "contract", "nsz"}


@lru_cache(maxsize=1)
def cache_key() -> str:
    """Return the name of the cache directory that fits this source and this machine."""
    digest = hashlib.sha256()
    for path in sorted(_FOLDER.rglob("*.py")):
        name = path.relative_to(_FOLDER).as_posix()
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    switches = (nb.config.BOUNDSCHECK, nb.config.OPT, nb.config.DEBUGINFO_DEFAULT)
    about = (
        sys.version,
        platform.machine(),
        np.__version__,
        nb.__version__,
        llvmlite.__version__,
        switches,
    )
    digest.update(repr(about).encode())
    return digest.hexdigest()[:20]


@lru_cache(maxsize=1)
def cache_directory() -> Path:
    """Return a writable directory for compiled kernels, made if it was missing.

    The first that can be written of: ``$SPIRAL_NEAT_CACHE_DIR``, ``$XDG_CACHE_HOME`` or
    ``~/.cache``, and the temporary directory (for a read-only install without a home). A new
    one is the occasion to remove others that were not used for long.
    """
    for parent in _candidates():
        path = parent / cache_key()
        try:
            is_new = not path.exists()
            path.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=path).close()
            mark_used(path)
        except OSError as error:
            _log.debug("kernel cache: %s cannot be used (%s)", path, error)
            continue
        if is_new:
            remove_unused(parent, kept=path.name)
        return path
    path = Path(tempfile.mkdtemp(prefix="spiral-neat-"))
    _log.warning("kernel cache: no lasting place can be written, compiling into %s", path)
    return path


def _candidates() -> Iterator[Path]:
    own = os.environ.get("SPIRAL_NEAT_CACHE_DIR")
    if own:
        yield Path(own)
    xdg = os.environ.get("XDG_CACHE_HOME")
    if xdg:
        yield Path(xdg) / "spiral-neat"
    with contextlib.suppress(RuntimeError):  # no home directory
        yield Path.home() / ".cache" / "spiral-neat"
    user = os.getuid() if hasattr(os, "getuid") else "user"
    shared = Path(tempfile.gettempdir()) / f"spiral-neat-{user}"
    with contextlib.suppress(OSError):
        shared.mkdir(mode=0o700, exist_ok=True)
        if not hasattr(os, "getuid") or shared.lstat().st_uid == os.getuid():
            yield shared  # another user's directory could hold another user's code


class _KernelLocator(caching._CacheLocator):
    def __init__(self, py_func: Callable[..., Any]) -> None:
        self._py_file = py_func.__code__.co_filename
        self._lineno = py_func.__code__.co_firstlineno

    def get_cache_path(self) -> str:
        return str(cache_directory())

    def get_source_stamp(self) -> str:
        return cache_key()

    def get_disambiguator(self) -> str:
        return str(self._lineno)

    @classmethod
    def from_function(cls, py_func: Callable[..., Any], py_file: str) -> "_KernelLocator":
        return cls(py_func)


class _KernelCacheImpl(caching.CompileResultCacheImpl):
    _locator_classes = [_KernelLocator]

    def __init__(self, py_func: Callable[..., Any]) -> None:
        super().__init__(py_func)
        self._locator = _KernelLocator(py_func)  # whatever NUMBA_CACHE_LOCATOR_CLASSES says


class _KernelCache(caching.FunctionCache):
    _impl_class = _KernelCacheImpl

    @contextlib.contextmanager
    def _guard_against_spurious_io_errors(self) -> Iterator[None]:
        # A cache that cannot be read or written (a full disk) costs a compilation, no result.
        try:
            yield
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            _log.warning("kernel cache: %s; if this stays, remove %s", error, cache_directory())


_ENTRIES: dict[Any, Any] = {}  # what runs kernels that were compiled for one type alone

_OPTIONS: dict[str, Any] = {
    "nogil": True,
    "fastmath": FAST_BUT_HONEST,
    "error_model": "numpy",
    "no_cfunc_wrapper": True,  # nobody calls a kernel from C, and it takes time to compile
}


def kernel(function: _F) -> _F:
    """Compile ``function`` on its first call: no GIL, cached, NumPy's error model.

    A function from outside this folder is compiled anew by each process: the cache's key
    does not see its source.
    """
    return _cached(function, _OPTIONS)


def exact_kernel(function: _F) -> _F:
    """Compile as ``kernel`` does, but round each sum and product as it is written.

    The same arithmetic then gives the same bits in every kernel that holds it.
    """
    return _cached(function, {**_OPTIONS, "fastmath": False})


def instant_kernel(function: _F) -> _F:
    """Compile as ``exact_kernel`` does, and keep the GIL: for calls of a microsecond.

    To let go of it and to take it again would cost a good part of that, and while it is
    held no other thread can see the arrays half written.
    """
    return _cached(function, {**_OPTIONS, "fastmath": False, "nogil": False})


def _cached(function: _F, options: dict[str, Any]) -> _F:
    compiled = nb.njit(**options)(function)
    if not nb.config.DISABLE_JIT and _FOLDER in Path(function.__code__.co_filename).parents:
        compiled._cache = _KernelCache(function)
    return cast(_F, compiled)


def fragment(function: _F) -> _F:
    """Compile ``function`` within each kernel that calls it, as if it were written there.

    A kernel that another one calls is compiled by itself and once more in its caller. Where
    there is one call, a fragment takes half the time.
    """
    return cast(_F, nb.njit(**_OPTIONS, inline="always")(function))


def direct(compiled: _F) -> _F:
    """Return what runs a kernel without a look at the types of its arguments.

    To look takes half a microsecond for each array, or number in a tuple, and with it longer
    than many a kernel. The caller answers for them: arrays must be contiguous and of the types of
    the first call, or their bytes are misread. A kernel that has been compiled for several types,
    or for none yet, is returned as it is.
    """
    forms: dict[Any, Any] = getattr(compiled, "overloads", {})
    if len(forms) != 1:
        return compiled
    entry = _ENTRIES.get(compiled)
    if entry is None:  # to walk through the forms hashes all their types
        entry = _ENTRIES[compiled] = next(iter(forms.values())).entry_point
    return cast(_F, entry)


def is_warm(*kernels: Callable[..., Any]) -> bool:
    """Return whether none of these kernels has to be compiled before it can run.

    Each is compiled in this process, or in the cache for this processor, or compiling is off.
    """
    return all(is_loaded(one) or _is_cached(one) for one in kernels)


def is_loaded(*kernels: Callable[..., Any]) -> bool:
    """Return whether each of these kernels has run in this process, or compiling is off."""
    return bool(nb.config.DISABLE_JIT) or all(cast(Any, one).signatures for one in kernels)


def _is_cached(compiled: Any) -> bool:
    file = getattr(compiled._cache, "_cache_file", None)
    if file is None:  # from outside this folder
        return False
    processor = compiled.targetctx.codegen().magic_tuple()
    entries: dict[Any, str] = {}
    with compiled._cache._guard_against_spurious_io_errors():
        entries = file._load_index()
    return any(key[1] == processor for key in entries)
