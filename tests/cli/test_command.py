"""The command as a process: installed, on a terminal, interrupted, into a closed pipe."""

import json
import os
import pty
import select
import shlex
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.experiment.tables import write_flowers

from spiral_monolith_neat_numpy import __version__
from spiral_monolith_neat_numpy.tasks.model import load

COMMAND = str(Path(sys.executable).with_name("spiral-neat"))
SMALL = ["--pop", "8", "--steps", "5", "--no-pictures"]


def call(*arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [COMMAND, *(str(argument) for argument in arguments)], capture_output=True, text=True
    )


def test_version_is_that_of_the_package() -> None:
    run = call("--version")
    assert (run.returncode, run.stdout) == (0, f"spiral-neat {__version__}\n")


def test_from_a_table_to_answers(tmp_path: Path) -> None:
    table, out = write_flowers(tmp_path / "flowers.csv"), tmp_path / "out"
    options = ["--target", "species", "--impute", "median", "--gens", "3", "--out", out]
    run = call("run", table, *options, *SMALL, "--json")
    assert (run.returncode, run.stderr) == (0, "")
    metrics = json.loads(run.stdout)
    answers = call("predict", metrics["files"][0], table)
    assert answers.returncode == 0
    assert len(answers.stdout.splitlines()) == 91
    assert call("show", metrics["files"][0]).returncode == 0


def test_interrupt_writes_the_best_so_far(tmp_path: Path) -> None:
    out = tmp_path / "out"
    process, screen = on_a_terminal(
        ["run", "xor", "--gens", "1000000", "--out", str(out), "--json", *SMALL]
    )
    seen = read_until(screen, b"best 0.")
    process.send_signal(signal.SIGINT)
    printed, _ = process.communicate()
    os.close(screen)
    assert b"generations," in seen
    assert process.returncode == 130
    metrics = json.loads(printed)
    assert metrics["interrupted"] is True
    model = load(out / "model.npz")
    assert model.genome.fitness == metrics["fitness"]
    history = (out / "history.csv").read_text().splitlines()
    assert len(history) == 1 + metrics["generations"]
    assert sorted(path.name for path in out.iterdir()) == [
        "history.csv",
        "metrics.json",
        "model.npz",
    ]


def on_a_terminal(arguments: list[str]) -> tuple[subprocess.Popen[bytes], int]:
    """Start the command with standard error on a terminal; return it and what the user sees."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(theirs)
    return process, ours


def read_until(screen: int, wanted: bytes) -> bytes:
    seen = b""
    while wanted not in seen:
        ready, _, _ = select.select([screen], [], [], 120.0)
        assert ready, f"{wanted!r} did not appear after {seen!r}"
        seen += os.read(screen, 65536)
    return seen


def test_progress_is_live_on_a_terminal() -> None:
    process, screen = on_a_terminal(["run", "xor", "--gens", "100000", *SMALL])
    seen = read_until(screen, b"connections")
    process.kill()
    process.communicate()
    os.close(screen)
    for word in (b"Evolving xor", b"/100000", b"best ", b"mean ", b"species ", b"left"):
        assert word in seen


def test_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    table = write_flowers(tmp_path / "flowers.csv", 3000)
    out = tmp_path / "out"
    options = ["--target", "species", "--impute", "median", "--gens", "1", "--out", out]
    assert call("run", table, *options, *SMALL).returncode == 0
    line = f"'{COMMAND}' predict '{out}/model.npz' '{table}' --proba | head -n 1"
    run = subprocess.run(line, shell=True, capture_output=True, text=True)
    assert run.stdout == "species,p_ash,p_beech,p_cedar\n"
    assert "Traceback" not in run.stderr
    assert "Broken" not in run.stderr
    assert "Exception" not in run.stderr


def test_missing_matplotlib_is_said_before_the_run(tmp_path: Path) -> None:
    script = (
        "import sys; sys.modules['matplotlib'] = None; "
        "from spiral_monolith_neat_numpy.cli import main; main()"
    )
    arguments = ["run", "xor", "--out", str(tmp_path / "out")]
    run = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True)
    assert run.returncode == 2
    assert run.stderr.startswith("Error: pictures need matplotlib, which is not installed: pip ")
    assert list(tmp_path.iterdir()) == []


def test_bad_input_is_no_traceback(tmp_path: Path) -> None:
    run = call("run", tmp_path / "none.csv")
    assert run.returncode == 2
    assert run.stdout == ""
    assert run.stderr.startswith("Error: TASK must be one of ")
    assert run.stderr.count("\n") == 1


@pytest.mark.parametrize("module", ["rich", "typer"])
def test_importing_the_package_leaves_the_commands_libraries_alone(module: str) -> None:
    script = f"import sys, spiral_monolith_neat_numpy; print('{module}' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert run.stdout == "False\n"


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_output_that_cannot_be_written_is_one_message(option: str) -> None:
    with open("/dev/full", "w") as full:
        run = subprocess.run([COMMAND, option], stdout=full, stderr=subprocess.PIPE, text=True)
    assert run.returncode == 2
    assert run.stderr == "Error: standard output cannot be written: No space left on device\n"


def test_a_run_without_standard_output_is_a_run(tmp_path: Path) -> None:
    words = shlex.join([COMMAND, "run", "xor", *SMALL, "--gens", "1", "-q", "--out"])
    run = subprocess.run(
        f"{words} {shlex.quote(str(tmp_path / 'out'))} >&-",
        shell=True,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert (tmp_path / "out" / "model.npz").exists()
