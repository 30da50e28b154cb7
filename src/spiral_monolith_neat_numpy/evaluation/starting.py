"""How worker processes begin: from this library's own entry, never by running the user's script.

The standard library has a new process run the parent's ``__main__`` first. A script without a
main guard would then evolve once more in each worker, and so on; what was typed at a prompt could
not be run at all.
"""

import contextlib
import multiprocessing
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from multiprocessing import resource_tracker
from multiprocessing.process import BaseProcess
from typing import Any

from spiral_monolith_neat_numpy.evaluation.environment import StartMethod
from spiral_monolith_neat_numpy.interrupts import held_back

_hiding = threading.Lock()


def start_process(
    method: StartMethod, target: Callable[..., None], arguments: tuple[Any, ...]
) -> BaseProcess:
    """Start a process that calls ``target``, a function of this library.

    It begins with Ctrl-C blocked, so that one pressed meanwhile is the parent's alone; there it
    does what it does when the process has started.
    """
    context: Any = multiprocessing.get_context(method)
    process: BaseProcess = context.Process(target=target, args=arguments, name="spiral-neat worker")
    hidden = contextlib.nullcontext() if method == "fork" else _main_hidden()
    with held_back():
        if method != "fork":
            _start_tracker()
        with hidden, _interrupts_blocked():
            process.start()
    return process


def _start_tracker() -> None:
    """Have the process there that other processes are started with: it ends a block of Ctrl-C."""
    if sys.platform != "win32":
        resource_tracker.ensure_running()


@contextlib.contextmanager
def _main_hidden() -> Iterator[None]:
    """Let ``__main__`` have come from nowhere, for as long as a process is started."""
    with _hiding:
        main = sys.modules["__main__"]
        names: Any = vars(main)
        kept = {name: names[name] for name in ("__spec__", "__file__") if name in names}
        names.pop("__file__", None)
        names["__spec__"] = None
        try:
            yield
        finally:
            names.pop("__spec__")
            names.update(kept)


@contextlib.contextmanager
def _interrupts_blocked() -> Iterator[None]:
    """Have a process that is started inherit that Ctrl-C is blocked, where the system can do it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
