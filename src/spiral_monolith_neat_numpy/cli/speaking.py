"""How the command speaks: results on standard output, all else on standard error."""

import contextlib
import logging
import os
import sys
from collections.abc import Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import typer
from rich.console import Console
from rich.text import Text

from spiral_monolith_neat_numpy.cli.interrupts import let_raise
from spiral_monolith_neat_numpy.errors import FitnessError, retold
from spiral_monolith_neat_numpy.experiment.patience import is_interrupt
from spiral_monolith_neat_numpy.interrupts import held_back
from spiral_monolith_neat_numpy.tasks.model import Model, load
from spiral_neat_command import silence_output

INTERRUPTED = 130  # as shells report a process that SIGINT ended
FAILED = 1
BAD_INPUT = 2

_log = logging.getLogger("spiral_monolith_neat_numpy")
_IN_COMMAND = {"impute='median'": "--impute median", "pictures=False": "--no-pictures"}


@lru_cache(maxsize=1)
def results() -> Console:
    """Return where results go."""
    return Console(highlight=False, emoji=False, markup=False)


@lru_cache(maxsize=1)
def messages() -> Console:
    """Return where progress, notes and errors go: one console, or they would overwrite it."""
    return Console(stderr=True, highlight=False, emoji=False, markup=False)


def say(kind: str, style: str, message: str) -> None:
    """Print a message as one line, however long, for a person or a log."""
    line = Text.assemble((f"{kind}: ", style), message)
    with held_back():  # Rich keeps what it was printing when it is left, and says it again
        messages().print(line, soft_wrap=True)


@contextlib.contextmanager
def errors_told(options: Mapping[str, str], *, quiet: bool = False) -> Iterator[None]:
    """Turn errors of input into one message and an exit status; pass the log on.

    Args:
        options: from how the library begins a message about an argument to how the command
            calls it: {"gens": "--gens"}.
        quiet: say warnings and errors alone.

    Raises:
        typer.Exit: with 2 for input that cannot be used, 1 for a fitness that failed and 130
            after Ctrl-C.
    """
    handler = _Speaker(logging.WARNING if quiet else logging.INFO)
    level = _log.level
    _log.addHandler(handler)
    _log.setLevel(handler.level)
    try:
        let_raise()
        yield
        sys.stdout.flush()  # what fails now would fail without a word at exit
    except KeyboardInterrupt:
        raise _nothing_finished() from None
    except BrokenPipeError:
        silence_output()  # the reader (head, a pager) has seen enough
        raise typer.Exit(FAILED) from None
    except (FitnessError, MemoryError) as error:
        say("Error", "bold red", str(error) or "out of memory")
        raise typer.Exit(FAILED) from None
    except (ValueError, OSError, ImportError, NotImplementedError) as error:
        if is_interrupt(error):  # a library's own, where Ctrl-C met it
            raise _nothing_finished() from None
        say("Error", "bold red", _in_command_words(error, options))
        raise typer.Exit(BAD_INPUT) from None
    finally:
        _log.removeHandler(handler)
        _log.setLevel(level)


def _nothing_finished() -> typer.Exit:
    say("Interrupted", "bold yellow", "nothing was finished")
    return typer.Exit(INTERRUPTED)


def _in_command_words(error: Exception, options: Mapping[str, str]) -> str:
    message = str(error)
    if isinstance(error, OSError) and error.strerror:
        where = f": {error.filename}" if error.filename else ""
        message = error.strerror + where
    for words, option in _IN_COMMAND.items():
        message = message.replace(words, option)
    for argument, option in options.items():
        if message.startswith(f"{argument} "):
            return option + message.removeprefix(argument)
    return message


class _Speaker(logging.Handler):
    """Prints what the library logs."""

    def emit(self, record: logging.LogRecord) -> None:
        kind, style = (
            ("Warning", "bold yellow") if record.levelno >= logging.WARNING else ("Note", "dim")
        )
        say(kind, style, record.getMessage())


def cannot(argument: str, wanted: str, path: Path, error: OSError) -> OSError:
    """Return the error of a file that cannot be used, in words of the command's argument."""
    reason = error.strerror or os.strerror(error.errno or 0)
    return retold(
        error, f"{argument} must be a file that can be {wanted}, got {str(path)!r}: {reason}"
    )


def load_model(path: Path) -> Model:
    """Return the model of the argument MODEL.

    Raises:
        OSError, ModelFileError: it cannot be read, or is none.
    """
    try:
        return load(path)
    except OSError as error:
        raise cannot("MODEL", "read", path, error) from error


def json_safe(value: Any) -> Any:
    """Return plain JSON values; a number that is not finite becomes null."""
    if isinstance(value, float) and value - value != 0.0:
        return None
    if isinstance(value, dict):
        return {key: json_safe(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [json_safe(one) for one in value]
    return value
