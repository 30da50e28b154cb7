"""Ctrl-C, and worse, while a run ends: one run's files, whole, and one story told of it.

Real signals in a child process, sent from within it at a known point.
"""

import json
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from spiral_monolith_neat_numpy.experiment.config import ExperimentConfig
from spiral_monolith_neat_numpy.experiment.drawing import PICTURES
from spiral_monolith_neat_numpy.experiment.run import run_experiment
from spiral_monolith_neat_numpy.tasks.model import load

PRESSING = [sys.executable, str(Path(__file__).with_name("pressing.py"))]
SMALL = ["run", "xor", "--gens", "3", "--pop", "8", "--steps", "2", "--seed", "2", "--json"]
RESULTS = {"model.npz", "history.csv", "metrics.json"}
TITLE = "Interrupted: "


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a run with another seed, and another number of generations, has left."""
    out = tmp_path_factory.mktemp("earlier")
    run_experiment(ExperimentConfig("xor", gens=2, pop=8, steps=2, seed=1, out=str(out)))
    return out


@pytest.fixture
def out(earlier: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(earlier, tmp_path / "out"))


def run_pressing(points: str, out: Path) -> subprocess.CompletedProcess[str]:
    command = [*PRESSING, points, *SMALL, "--out", str(out)]
    return subprocess.run(command, capture_output=True, text=True)


def told(run: subprocess.CompletedProcess[str], out: Path) -> dict[str, Any]:
    """Return the metrics, which are the same wherever they are told."""
    metrics: dict[str, Any] = json.loads((out / "metrics.json").read_text())
    printed = json.loads(run.stdout)
    assert printed.pop("files") == [str(out / name) for name in printed_order(out)]
    assert printed == metrics
    kept = load(out / "model.npz").info["metrics"]
    assert kept == {name: value for name, value in metrics.items() if name != "seconds"}
    assert len((out / "history.csv").read_text().splitlines()) == 1 + metrics["generations"]
    return metrics


def printed_order(out: Path) -> list[str]:
    drawn = ("learning_curve.png", "decision_boundary.png", "topology.png", "confusion.png")
    order = ("model.npz", "history.csv", "metrics.json", *drawn)
    return [name for name in order if (out / name).exists()]


def names(out: Path) -> set[str]:
    return {path.name for path in out.iterdir()}


@pytest.mark.parametrize("point", ["fsync:1", "fsync:3", "unlink:1", "replace:1", "replace:3"])
def test_ctrl_c_while_results_are_written_waits_for_them(point: str, out: Path) -> None:
    run = run_pressing(f"INT:{point}", out)
    assert run.returncode == 130
    assert names(out) == RESULTS
    metrics = told(run, out)
    assert (metrics["seed"], metrics["generations"]) == (2, 3)
    assert metrics["interrupted"] is True
    assert TITLE + "after all 3 generations; the best is kept and written\n" in run.stderr


def test_ctrl_c_while_drawing_is_told_everywhere(out: Path) -> None:
    run = run_pressing("INT:picture:1", out)
    assert run.returncode == 130
    assert names(out) == RESULTS | {"learning_curve.png", "decision_boundary.png"}
    assert told(run, out)["interrupted"] is True
    assert "Warning: interrupted while drawing: some pictures are missing\n" in run.stderr


@pytest.mark.parametrize(
    ("points", "refit_by_choice"),
    [
        ("INT:generation:3,INT:fsync:1,INT:fsync:2", True),
        ("INT:generation:3,INT:choice:1,INT:choice:2,INT:fsync:1", False),
        ("INT:generation:3,INT:picture:1,INT:fsync:4", True),
    ],
)
def test_one_more_ctrl_c_loses_nothing(points: str, refit_by_choice: bool, out: Path) -> None:
    run = run_pressing(points, out)
    assert run.returncode == 130
    assert names(out) >= RESULTS
    assert "topology.png" not in names(out)
    metrics = told(run, out)
    assert (metrics["interrupted"], metrics["generations"]) == (True, 2)
    assert (metrics["chosen_by"] == "fitness") is not refit_by_choice
    assert TITLE + "after 2 of 3 generations; the best so far is kept and written\n" in run.stderr
    assert "Error" not in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.parametrize("point", ["unlink:1", "unlink:7", "replace:1", "replace:2", "replace:3"])
def test_killed_process_leaves_the_files_of_one_run(point: str, earlier: Path, out: Path) -> None:
    assert run_pressing(f"KILL:{point}", out).returncode == -signal.SIGKILL
    seed = load(out / "model.npz").info["metrics"]["seed"]
    if seed == 2:
        assert not names(out) & set(PICTURES)
    if (out / "metrics.json").exists():
        assert json.loads((out / "metrics.json").read_text())["seed"] == seed
    if (out / "history.csv").exists():
        is_old = (out / "history.csv").read_bytes() == (earlier / "history.csv").read_bytes()
        assert is_old == (seed == 1)


def test_ctrl_c_that_a_library_makes_an_error_of_is_still_ctrl_c(out: Path) -> None:
    """As an import does that is cut short, or a zip file."""
    script = (
        "import os, signal\n"
        "from spiral_monolith_neat_numpy.evaluation.backprop import FitnessBackprop\n"
        "def fail(*_):\n"
        "    try:\n"
        "        os.kill(os.getpid(), signal.SIGINT)\n"
        "    finally:\n"
        "        raise ValueError('a handle is open')\n"
        "from spiral_monolith_neat_numpy.experiment.warmup import warm_up\n"
        "warm_up()\n"
        "FitnessBackprop.evaluate_population = fail\n"
        "from spiral_neat_command import main\n"
        "main()\n"
    )
    command = [sys.executable, "-c", script, *SMALL, "--out", str(out / "new")]
    run = subprocess.run(command, capture_output=True, text=True)
    assert (run.returncode, run.stderr) == (130, "Interrupted: nothing was finished\n")
    assert not (out / "new").exists()
