"""A fitness that lives in ``__main__``: of a script, guarded or not, of a prompt, of a pipe."""

import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from spiral_monolith_neat_numpy.evaluation.environment import available_start_methods

DOCUMENT = (Path(__file__).parents[1] / "user_document.md").read_text(encoding="utf-8")
METHODS = available_start_methods()
# Of a prompt: its greeting, and what it says before each line.
GREETING = re.compile(r"Python 3.*\nType .*\n|>>> |\.\.\. |\s")

# At a prompt an empty line ends a function.
BEGIN = """
import os, threading
import numpy as np
import spiral_monolith_neat_numpy as sm
print("main is read", flush=True)
X = np.arange(8.0).reshape(4, 2)
here = os.getpid()
lock = threading.Lock()

class WorseError(Exception): pass

def doubled(value): return 2.0 * value

"""
PLAIN = """
def fitness(genome):
    score = doubled(np.tanh(sm.compile_genome(genome).activate(X)).sum())
    return float(score) + (os.getpid() != here)

"""
LOCKED = """
def fitness(genome):
    with lock: return doubled(float(genome.connections[0].weight))

"""
FAILING = """
def fitness(genome): raise WorseError("no")

"""
EVOLVE = """
neat = sm.ReproPlanaNEATPlus(2, 1, 20, rng=1)
best, history = neat.evolve(fitness, n_generations=2, verbose=False)
print(best.fitness)
"""
GUARDED = 'if __name__ == "__main__":\n' + textwrap.indent(EVOLVE, "    ")


def run(folder: Path, script: str, how: str, backend: str, method: str) -> tuple[list[str], str]:
    """Return the lines that a script says, and what it says on standard error."""
    (folder / "script.py").write_text(script)
    arguments = {"file": ["script.py"], "module": ["-m", "script"], "pipe": ["-"], "prompt": ["-i"]}
    done = subprocess.run(
        [sys.executable, *arguments[how]],
        cwd=folder,
        input=script if how in ("pipe", "prompt") else "",
        env={
            **os.environ,
            "NEAT_EVAL_BACKEND": backend,
            "NEAT_PROCESS_START_METHOD": method,
            "NEAT_EVAL_WORKERS": "2",
            "NEAT_POOL_KEEPALIVE": "1",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    noise = GREETING.sub("", done.stderr) if how == "prompt" else done.stderr
    return done.stdout.splitlines(), noise


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("how", ["file", "pipe", "prompt"])
def test_a_fitness_of_main_is_scored_by_workers_that_do_not_read_main(
    tmp_path: Path, how: str, method: str
) -> None:
    script = BEGIN + PLAIN + EVOLVE
    (said, here), noise = run(tmp_path, script, how, "serial", method)
    assert (said, noise) == ("main is read", "")
    (said, there), noise = run(tmp_path, script, how, "process", method)
    assert (said, noise) == ("main is read", "")
    assert float(there) == float(here) + 1.0


@pytest.mark.parametrize("script", [BEGIN + LOCKED + EVOLVE, BEGIN + LOCKED + GUARDED])
@pytest.mark.parametrize("how", ["file", "module"])
def test_what_cannot_travel_by_value_is_read_from_main_up_to_its_evolution(
    tmp_path: Path, script: str, how: str
) -> None:
    *said, here = run(tmp_path, script, how, "serial", "spawn")[0]
    assert said == ["main is read"]
    (*said, there), noise = run(tmp_path, script, how, "process", "spawn")
    assert said == ["main is read"] * 3  # by two workers
    assert (there, noise) == (here, "")


SHARING = """
X = np.random.default_rng().random(5)
sm.shm_register_dataset("gone", X)
sm.shm_release_all()
meta = sm.shm_register_dataset("X", X)
sm.shm_set_worker_meta({"Y": meta})

def fitness(genome):
    with lock: return sum(float(sm.get_shared_dataset(label).sum()) for label in "XY")

"""
LATE = """
X = np.random.default_rng().random(5)
sm.shm_register_dataset("X", X)
sm.shm_release_all()

def fitness(genome):
    with lock: return float(sm.get_shared_dataset("X").sum()) if "X" in shared_labels() else 0.0

"""
AGAIN = """
print(0.0)
sm.shm_register_dataset("X", X)
best, history = neat.evolve(fitness, n_generations=1, verbose=False)
print(best.fitness, float(X.sum()), sep="\\n")
"""


def test_workers_that_read_main_have_the_data_of_the_parent(tmp_path: Path) -> None:
    script = BEGIN + SHARING + EVOLVE + "print(2.0 * float(X.sum()))\n"
    (*said, found, wanted), noise = run(tmp_path, script, "file", "process", "spawn")
    assert said == ["main is read"] * 3
    assert (found, noise) == (wanted, "")


def test_what_workers_registered_when_they_read_main_gives_way_to_the_parent_s(
    tmp_path: Path,
) -> None:
    labels = "from spiral_monolith_neat_numpy.evaluation.shared import shared_labels\n"
    script = BEGIN + labels + LATE + EVOLVE + AGAIN
    (*said, before, none, after, wanted), noise = run(tmp_path, script, "file", "process", "spawn")
    assert said == ["main is read"] * 3
    assert (before, after, noise) == (none, wanted, "")


def test_what_cannot_travel_at_all_runs_on_threads_with_one_warning(tmp_path: Path) -> None:
    *_, here = run(tmp_path, BEGIN + LOCKED + EVOLVE, "pipe", "serial", "spawn")[0]
    (said, there), noise = run(tmp_path, BEGIN + LOCKED + EVOLVE, "pipe", "process", "spawn")
    assert (said, there) == ("main is read", here)
    (warning,) = noise.splitlines()
    assert "runs on threads, not in processes: it uses what lives in __main__" in warning
    assert "lock" in warning


@pytest.mark.parametrize("how", ["file", "pipe"])
def test_an_error_of_a_class_of_main_comes_home_as_that_class(tmp_path: Path, how: str) -> None:
    catch = """
from spiral_monolith_neat_numpy.errors import FitnessError
try:
    sm.ReproPlanaNEATPlus(2, 1, 20, rng=1).evolve(fitness, 1)
except FitnessError as error:
    print(type(error.__cause__) is WorseError, error)
"""
    (_, told), noise = run(tmp_path, BEGIN + FAILING + catch, how, "process", "spawn")
    assert told == "True the fitness failed on genome 0: WorseError: no"
    assert noise == ""


def document() -> str:
    """Return the user's own snippet on shared memory, with what comes before it."""
    first, shared, *_ = re.findall(r"```python\n(.*?)```", DOCUMENT, re.DOTALL)
    data = first[: first.index("# Run experiment")]
    assert "n_generations=100" in shared
    return str(data + shared.replace("n_generations=100", "n_generations=2, verbose=False"))


@pytest.mark.parametrize("how", ["file", "pipe", "prompt"])
@pytest.mark.parametrize("backend", ["serial", "thread", "process"])
def test_the_user_s_snippet_runs_as_it_stands(tmp_path: Path, how: str, backend: str) -> None:
    said, noise = run(tmp_path, document() + "\nprint(len(history))\n", how, backend, "spawn")
    assert said == ["2"]
    (told,) = re.findall("is.*kept.*apart", noise)  # for want of validation data, said once
    assert "Traceback" not in noise
    assert "threads" not in noise
