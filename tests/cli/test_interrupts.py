"""Ctrl-C at any time of the command: one sentence, status 130, nothing left half-done.

Real processes and real signals; what happens in a run's midst is tested in test_command.py.
"""

import io
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numba as nb
import pytest
from rich.console import Console

import spiral_neat_command
from spiral_monolith_neat_numpy.cli import speaking
from spiral_monolith_neat_numpy.cli.interrupts import kept, let_raise

COMMAND = [str(Path(sys.executable).with_name("spiral-neat"))]
ANYWHERE = [sys.executable, "-m", "spiral_neat_command"]
MODULE = [sys.executable, "-m", "spiral_monolith_neat_numpy"]
COMPILING = "Note: compiling kernels for this machine, once: up to a minute ...\n"
WAITING = "Note: ending when the compiler pauses; Ctrl-C again ends at once\n"
FINISHED_NOTHING = "Interrupted: nothing was finished\n"

# A module that takes for ever to import, and turns Ctrl-C into another error as NumPy does.
SLOW = """
import time
try:
    print("importing", flush=True)
    while True:
        time.sleep(60.0)
except BaseException as error:
    raise ImportError("the module could not be imported") from error
"""


def start(command: list[str], **variables: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, **variables},
    )


def before_ours(folder: Path) -> str:
    """Return a path for imports on which ``folder`` hides other libraries, but not this one."""
    return os.pathsep.join([str(folder), str(Path(spiral_neat_command.__file__).parent)])


def first_line(stream: IO[str] | None) -> str:
    assert stream is not None
    return stream.readline()


@pytest.mark.parametrize("module", ["numpy", "typer"])
@pytest.mark.parametrize("command", [COMMAND, ANYWHERE])
def test_while_modules_are_imported_it_ends_at_once(
    command: list[str], module: str, tmp_path: Path
) -> None:
    (tmp_path / f"{module}.py").write_text(SLOW)
    process = start([*command, "run", "xor"], PYTHONPATH=before_ours(tmp_path))
    assert first_line(process.stdout) == "importing\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate() == ("", "Interrupted: nothing was started\n")
    assert process.returncode == 130


def test_module_run_as_a_script_heeds_it_once_the_package_is_there(tmp_path: Path) -> None:
    (tmp_path / "typer.py").write_text(SLOW)
    process = start([*MODULE, "run", "xor"], PYTHONPATH=before_ours(tmp_path))
    assert first_line(process.stdout) == "importing\n"
    process.send_signal(signal.SIGINT)
    assert process.communicate() == ("", "Interrupted: nothing was started\n")
    assert process.returncode == 130


@pytest.mark.parametrize("command", [ANYWHERE, MODULE])
def test_module_run_as_a_script_is_the_command(command: list[str]) -> None:
    run = subprocess.run([*command, "--version"], capture_output=True, text=True, check=True)
    assert run.stdout.startswith("spiral-neat ")


@pytest.mark.skipif(bool(nb.config.DISABLE_JIT), reason="nothing is compiled")
@pytest.mark.parametrize(("command", "times"), [(COMMAND, 1), (COMMAND, 2), (ANYWHERE, 1)])
def test_while_kernels_are_compiled_it_is_kept_and_the_second_one_ends_it(
    command: list[str], times: int, tmp_path: Path
) -> None:
    """An empty cache: compiling goes on for many times as long as the signals take."""
    out = tmp_path / "deep" / "out"
    command = [*command, "run", "xor", "--gens", "2", "--out", str(out)]
    process = start(command, SPIRAL_NEAT_CACHE_DIR=str(tmp_path / "cache"))
    assert first_line(process.stderr) == COMPILING
    process.send_signal(signal.SIGINT)
    assert first_line(process.stderr) == WAITING
    if times == 2:
        process.send_signal(signal.SIGINT)
    assert process.communicate() == ("", FINISHED_NOTHING)
    assert process.returncode == 130
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]
    assert not list(tmp_path.rglob("*.tmp.*"))


def test_one_that_is_ignored_from_the_start_stays_ignored(tmp_path: Path) -> None:
    """As in a shell's background: ``spiral-neat run ... &``."""
    (tmp_path / "typer.py").write_text('import sys; print("here", flush=True); sys.stdin.read()')
    process = subprocess.Popen(
        ["sh", "-c", 'trap "" INT; exec "$@"', "sh", *COMMAND, "--version"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": before_ours(tmp_path)},
    )
    assert first_line(process.stdout) == "here\n"
    process.send_signal(signal.SIGINT)
    assert "Interrupted" not in process.communicate("")[1]
    assert process.returncode == 1  # that module is no Typer


@pytest.fixture
def default_handler() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("default_handler")
def test_first_is_kept_for_the_next_pause(capfd: pytest.CaptureFixture[str]) -> None:
    reached = []

    def work() -> None:
        with kept("Note: a moment") as pause:
            pause()
            signal.raise_signal(signal.SIGINT)
            reached.append("after it")
            pause()
            reached.append("after the pause")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert reached == ["after it"]
    assert capfd.readouterr().err == "Note: a moment\n"
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("default_handler")
def test_first_is_kept_for_the_end_where_there_is_no_pause() -> None:
    reached = []

    def work() -> None:
        with kept(""):
            signal.raise_signal(signal.SIGINT)
            reached.append("the end")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert reached == ["the end"]


@pytest.mark.usefixtures("default_handler")
@pytest.mark.parametrize("times", [1, 2])
def test_one_that_a_clean_up_swallows_is_neither_lost_nor_printed(
    times: int, capsys: pytest.CaptureFixture[str]
) -> None:
    class Cleaner:
        def __del__(self) -> None:
            signal.raise_signal(signal.SIGINT)

    def work() -> None:
        with kept(""):
            for _ in range(times):
                Cleaner()

    before = sys.unraisablehook
    with pytest.raises(KeyboardInterrupt):
        work()
    assert capsys.readouterr().err == ""
    assert sys.unraisablehook is before


@pytest.mark.usefixtures("default_handler")
def test_error_of_the_block_comes_first() -> None:
    def work() -> None:
        with kept(""):
            signal.raise_signal(signal.SIGINT)
            raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        work()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


@pytest.mark.usefixtures("default_handler")
def test_handler_of_somebody_else_stays() -> None:
    def own(signal_number: int, frame: object) -> None:
        pass

    signal.signal(signal.SIGINT, own)
    let_raise()
    with kept("") as pause:
        assert signal.getsignal(signal.SIGINT) is own
        pause()
    assert signal.getsignal(signal.SIGINT) is own


def test_another_thread_changes_nothing() -> None:
    before = signal.getsignal(signal.SIGINT)
    found: list[object] = []

    def look() -> None:
        let_raise()
        with kept(""):
            found.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=look)
    thread.start()
    thread.join()
    assert found == [before]


@pytest.mark.usefixtures("default_handler")
def test_it_raises_once_the_work_begins() -> None:
    signal.signal(signal.SIGINT, spiral_neat_command.end_at_once)
    let_raise()
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


class Struck(io.StringIO):
    """Where a message goes that Ctrl-C meets when it is written and not yet done with."""

    def __init__(self) -> None:
        super().__init__()
        self.n_flushes = 0

    def flush(self) -> None:
        self.n_flushes += 1
        if self.n_flushes == 1:
            os.kill(os.getpid(), signal.SIGINT)


def test_a_message_that_it_meets_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    console = Console(file=Struck())
    monkeypatch.setattr(speaking, "messages", lambda: console)
    with pytest.raises(KeyboardInterrupt):
        speaking.say("Note", "bold", "first")
    speaking.say("Note", "bold", "second")
    assert isinstance(console.file, Struck)
    assert console.file.getvalue() == "Note: first\nNote: second\n"
