"""How a fitness reaches another process, and how its errors come home: pickle, with two turns.

What lives in ``__main__`` travels by value where it can (cloudpickle), so that a prompt, a pipe, a
notebook cell and a script without a main guard are as good as a module, and a worker need not
run the user's script again. Where it cannot, a worker reads ``__main__`` from its file.
"""

import importlib.util
import os
import pickle
import sys
import traceback
import types
from collections.abc import Callable
from dataclasses import dataclass
from importlib.abc import InspectLoader
from io import BytesIO
from typing import Any

import cloudpickle

from spiral_monolith_neat_numpy.errors import FitnessError, in_words

_MAIN = b"__main__"


@dataclass(frozen=True)
class MainModule:
    """Where the ``__main__`` of the parent came from.

    Attributes:
        name: of the module that ``python -m`` ran, or "".
        path: of the script, or "" where it did not come from a file.
    """

    name: str = ""
    path: str = ""

    @classmethod
    def of_this_process(cls) -> "MainModule":
        """Look at ``sys.modules``."""
        main = sys.modules.get("__main__")
        name = getattr(getattr(main, "__spec__", None), "name", None) or ""
        path = os.path.abspath(getattr(main, "__file__", None) or "")
        return cls(name, path if os.path.isfile(path) else "")

    @property
    def is_there(self) -> bool:
        """Whether another process can read it."""
        return bool(self.name or self.path)


class MainIsRead(BaseException):
    """Ends the reading of an unguarded script in a worker, where it would evolve once more."""


class RemoteError(Exception):
    """The traceback of an error in a worker process, as text."""

    def __str__(self) -> str:
        """Return the text on lines of its own."""
        return f"in a worker process:\n\n{self.args[0]}"


@dataclass(frozen=True)
class Failure:
    """What a fitness raised, on its way home.

    Attributes:
        genome_id: the genome it happened on.
        message: of the ``FitnessError``.
        trace: the traceback as text, since tracebacks do not travel.
        cause: the pickled original, empty where there is none or it cannot be pickled.
        ends_the_run: whether it was no error but an order to end, such as ``SystemExit``, which
            is raised whatever becomes of errors.
    """

    genome_id: int
    message: str
    trace: str
    cause: bytes = b""
    ends_the_run: bool = False

    @classmethod
    def of(cls, error: FitnessError) -> "Failure":
        """Pack an error."""
        cause = error.__cause__
        trace = "".join(traceback.format_exception(cause or error))
        return cls(error.genome_id, str(error), trace, b"" if cause is None else _packed(cause))

    @classmethod
    def of_end(cls, end: BaseException, genome_id: int) -> "Failure":
        """Pack what a fitness raised that is no ``FitnessError``."""
        message = f"the fitness failed on genome {genome_id}: {in_words(end)}"
        trace = "".join(traceback.format_exception(end))
        return cls(genome_id, message, trace, _packed(end), ends_the_run=True)

    def error(self) -> BaseException:
        """Return what to raise.

        A ``FitnessError``, its cause the original with the worker's traceback as its own; or that
        original itself where it ends the run and can be had.
        """
        cause = self._cause()
        if self.ends_the_run and not isinstance(cause, RemoteError):
            return cause
        error = FitnessError(self.message, self.genome_id)
        error.__cause__ = cause
        return error

    def _cause(self) -> BaseException:
        trace = RemoteError(self.trace)
        if not self.cause:
            return trace
        try:
            original: BaseException = pickle.loads(self.cause)
        except Exception:  # noqa: BLE001 - it must not stand before the error that is reported
            return trace
        original.__cause__ = trace
        return original


def pickled(value: object) -> tuple[bytes, str]:
    """Return the pickle of ``value`` and "", or nothing and the reason why it has none."""
    try:
        return pickle.dumps(value), ""
    except Exception as error:  # noqa: BLE001 - a user's class may raise anything here
        return b"", f"it cannot be pickled ({type(error).__name__}: {error})"


def packed(value: object, main: MainModule) -> tuple[bytes, str]:
    """Return bytes that ``unpacked`` makes ``value`` of in another process, and "".

    Returns:
        Nothing and the reason, in words, where that cannot be.
    """
    data, reason = pickled(value)
    if reason or _MAIN not in data:
        return data, reason
    try:
        return cloudpickle.dumps(value), ""
    except Exception as error:  # noqa: BLE001 - a user's class may raise anything here
        if main.is_there:
            return data, ""
        return b"", (
            f"it uses what lives in __main__ and cannot be sent to another process "
            f"({type(error).__name__}: {error}), and __main__ did not come from a file that a "
            "worker could read"
        )


def unpacked(data: bytes, main: MainModule | None = None) -> Any:
    """Return what was packed.

    Args:
        data: from ``packed``.
        main: read as ``__main__`` when something refers to it; None: this process's own is meant.
    """
    return _Unpickler(BytesIO(data), main).load()


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: BytesIO, main: MainModule | None) -> None:
        super().__init__(file)
        self._main = main

    def find_class(self, module_name: str, global_name: str, /) -> Any:
        if module_name == "__main__" and self._main is not None:
            _read_main(self._main)
        return super().find_class(module_name, global_name)


class _Reading:
    """What this process, a worker, knows of its parent's ``__main__``."""

    is_going_on = False
    done: MainModule | None = None


def is_reading_main() -> bool:
    """Return whether this process, a worker, reads its parent's ``__main__`` just now."""
    return _Reading.is_going_on


def stop_if_reading_main() -> None:
    """End the reading of ``__main__`` here, if that is what this process does."""
    if is_reading_main():
        raise MainIsRead


def _read_main(main: MainModule) -> None:
    """Run the parent's script or module once, as ``__mp_main__``: a main guard holds."""
    if _Reading.done == main:
        return
    module = types.ModuleType("__mp_main__")
    run = _code_of(main, module)
    before = sys.modules["__main__"]
    sys.modules["__main__"] = sys.modules["__mp_main__"] = module
    _Reading.is_going_on = True
    try:
        run()
    except MainIsRead:  # all above its first evaluation is there, the fitness among it
        pass
    except BaseException:
        sys.modules["__main__"] = before
        raise
    finally:
        _Reading.is_going_on = False
    _Reading.done = main


def _code_of(main: MainModule, module: types.ModuleType) -> Callable[[], None]:
    """Return what runs the code of ``main`` in ``module``."""
    if main.name:
        spec = importlib.util.find_spec(main.name)
        if spec is None or not isinstance(spec.loader, InspectLoader):
            raise ImportError(f"no module {main.name} to read __main__ from")
        code: Any = spec.loader.get_code(main.name)
        module.__file__, module.__package__ = spec.origin, spec.parent
    else:
        with open(main.path, "rb") as file:
            code = compile(file.read(), main.path, "exec")
        module.__file__ = main.path
    return lambda: exec(code, module.__dict__)


def _packed(cause: BaseException) -> bytes:
    try:
        data = cloudpickle.dumps(cause)
        pickle.loads(data)  # an exception with its own __init__ often pickles but does not load
    except Exception:  # noqa: BLE001 - whatever a user's class does, the trace's text remains
        return b""
    return bytes(data)
