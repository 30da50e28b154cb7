"""What is particular to worker processes: pools, data for them, errors on the way home."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evaluation import fitnesses

from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.evaluation.calling import Fitness
from spiral_monolith_neat_numpy.evaluation.environment import StartMethod, available_start_methods
from spiral_monolith_neat_numpy.evaluation.processes import ProcessBackend, _bounds
from spiral_monolith_neat_numpy.evaluation.shared import shm_register_dataset, shm_release_all
from spiral_monolith_neat_numpy.genes.population import Population

N = 9
QUICK: StartMethod = "fork" if "fork" in available_start_methods() else "spawn"


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    yield
    shm_release_all()


def score(backend: ProcessBackend, fitness: Fitness) -> list[float]:
    scores = backend.evaluate(Population.first(N, 2, 1, seed=1), fitness, 0, 0)
    return [float(score) for score in scores]


def test_work_happens_in_other_processes() -> None:
    ids = set(score(ProcessBackend(2, QUICK), fitnesses.process_id))
    assert 1 <= len(ids) <= 2
    assert os.getpid() not in ids


def test_without_keepalive_the_pool_ends_with_the_generation() -> None:
    backend = ProcessBackend(1, QUICK)
    first = score(backend, fitnesses.process_id)
    assert (backend.pool, backend.pool_age) == (None, 0)
    assert set(first).isdisjoint(score(backend, fitnesses.process_id))


def test_with_keepalive_the_pool_lives_until_its_restart() -> None:
    backend = ProcessBackend(1, QUICK, keepalive=1, restart_every=2)
    first = score(backend, fitnesses.process_id)
    assert backend.pool_age == 1
    assert score(backend, fitnesses.process_id) == first
    assert (backend.pool, backend.pool_age) == (None, 0)
    assert set(score(backend, fitnesses.process_id)).isdisjoint(first)
    backend.close()
    assert (backend.pool, backend.pool_age) == (None, 0)


def test_restart_every_zero_never_restarts() -> None:
    backend = ProcessBackend(1, QUICK, keepalive=1, restart_every=0)
    ids = {pid for _ in range(3) for pid in score(backend, fitnesses.process_id)}
    assert len(ids) == 1
    assert backend.pool_age == 3
    backend.close()


def test_a_kept_pool_sees_the_fitness_and_the_data_of_now() -> None:
    backend = ProcessBackend(2, "spawn", keepalive=1)
    for offset in (1.0, 2.0):
        assert score(backend, fitnesses.Offset(offset)) == [offset + i for i in range(N)]
    for total in (6.0, 60.0):  # registered after the pool started, and replaced in its life
        shm_register_dataset("X", np.full(6, total / 6))
        assert score(backend, fitnesses.shared_total) == [total + i for i in range(N)]
    assert max(score(backend, fitnesses.thread_limits)) == 1
    backend.close()


def test_given_meta_is_enough_for_workers() -> None:
    meta = shm_register_dataset("registered under another label", np.ones(4))
    backend = ProcessBackend(1, QUICK, shm_meta={"X": meta})
    assert score(backend, fitnesses.shared_total) == [4.0 + i for i in range(N)]


def test_an_error_carries_the_traceback_of_the_worker() -> None:
    with pytest.raises(FitnessError) as caught:
        score(ProcessBackend(1, QUICK), fitnesses.fail_from_five)
    original = caught.value.__cause__
    assert isinstance(original, KeyError)
    assert "in fail_from_five" in str(original.__cause__)


def test_an_error_that_does_not_load_is_told_as_text() -> None:
    with pytest.raises(FitnessError, match="NeedsTwoError: 1 and 2") as caught:
        score(ProcessBackend(1, QUICK), fitnesses.fail_unpicklably)
    assert "in fail_unpicklably" in str(caught.value.__cause__)


def test_a_dead_worker_is_one_clear_error_and_the_next_generation_runs() -> None:
    backend = ProcessBackend(1, QUICK, keepalive=1)
    with pytest.raises(RuntimeError, match="a worker process died while scoring generation 0"):
        score(backend, fitnesses.die_on_four)
    assert score(backend, fitnesses.Offset(0.0)) == list(range(N))
    backend.close()


@pytest.mark.skipif("forkserver" not in available_start_methods(), reason="no forkserver here")
def test_forkserver_works() -> None:
    assert score(ProcessBackend(1, "forkserver"), fitnesses.Offset(0.0)) == list(range(N))


@given(n=st.integers(1, 500), most=st.integers(1, 64))
def test_chunks_are_filled_even_and_cover_the_population(n: int, most: int) -> None:
    bounds = _bounds(n, most)
    sizes = np.diff(bounds)
    assert (bounds[0], bounds[-1]) == (0, n)
    assert len(sizes) == min(n, most)
    assert sizes.min() >= 1
    assert sizes.max() - sizes.min() <= 1


SCRIPT = """
    from spiral_monolith_neat_numpy.evaluation.backends import make_backend
    from spiral_monolith_neat_numpy.genes.population import Population

    def fitness(genome):
        import os
        return os.getpid()

    if __name__ == "__main__":
        import os
        backend = make_backend("process", 1)
        scores = backend.evaluate(Population.first(3, 2, 1), fitness, 0, 0)
        print("here" if os.getpid() in scores else "elsewhere")
"""


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], input=stdin, capture_output=True, text=True, check=False
    )


def test_a_fitness_of_the_script_itself_reaches_the_workers(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(textwrap.dedent(SCRIPT))
    done = run(str(script))
    assert (done.stdout.strip(), done.stderr, done.returncode) == ("elsewhere", "", 0)


def test_a_fitness_piped_into_python_runs_on_threads_and_says_why() -> None:
    done = run("-", stdin=textwrap.dedent(SCRIPT))
    assert (done.stdout.strip(), done.returncode) == ("here", 0)
    assert "did not come from a file" in done.stderr
