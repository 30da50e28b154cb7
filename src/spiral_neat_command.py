"""Where the command ``spiral-neat`` begins: heeds Ctrl-C while all the rest is imported.

Outside the package, since importing any module of it imports NumPy and Numba first. That
takes a second, in which Ctrl-C would print where in them it came.
"""

import os
import signal
import sys
from collections.abc import Callable

_INTERRUPTED = 130  # as shells report a process that SIGINT ended
_CUT_SHORT = 1
_BAD_OUTPUT = 2


def main() -> None:
    """Run the command on the process's arguments."""
    # A process started in the background ignores Ctrl-C; that is left as it is.
    heeded = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if heeded:
        signal.signal(signal.SIGINT, end_at_once)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by the caller, who wants to hear nothing
            setattr(sys, name, open(os.devnull, "w"))  # noqa: SIM115 - until the process ends
    try:
        from spiral_monolith_neat_numpy.cli import main as command

        _heard(command)
    except KeyboardInterrupt:
        sys.stderr.write("Interrupted\n")
        sys.exit(_INTERRUPTED)
    finally:
        if heeded:  # all is done: Python's own end has nothing to say of Ctrl-C
            signal.signal(signal.SIGINT, signal.SIG_DFL)


def _heard(command: Callable[[], None]) -> None:
    """Run the command; say so in a sentence where its output cannot be written."""
    try:
        try:
            command()
        finally:
            sys.stdout.flush()  # what fails now would fail without a word at exit
    except BrokenPipeError:  # the reader (head, a pager) has seen enough
        silence_output()
        sys.exit(_CUT_SHORT)
    except OSError as error:  # --help or --version: the commands tell of their own errors
        silence_output()
        sys.stderr.write(f"Error: standard output cannot be written: {error.strerror}\n")
        sys.exit(_BAD_OUTPUT)


def silence_output() -> None:
    """Lead standard output nowhere: Python flushes into it again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def end_at_once(signal_number: int, frame: object) -> None:
    """End the process, which has begun nothing yet.

    No exception: one that is raised inside an import can come out as another one.
    """
    os.write(2, b"Interrupted: nothing was started\n")
    os._exit(_INTERRUPTED)


if __name__ == "__main__":  # python -m spiral_neat_command
    # The module by its own name: the handler that the command looks for is in that one.
    from spiral_neat_command import main as imported_main

    imported_main()
