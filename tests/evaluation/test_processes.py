"""What is particular to worker processes: pools, data for them, errors on the way home."""

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from tests.evaluation import fitnesses
from tests.evaluation.places import processes, scored
from tests.evaluation.watching import is_alive

from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.evaluation.calling import Fitness
from spiral_monolith_neat_numpy.evaluation.environment import StartMethod, available_start_methods
from spiral_monolith_neat_numpy.evaluation.processes import ProcessBackend
from spiral_monolith_neat_numpy.evaluation.shared import shm_register_dataset, shm_release_all
from spiral_monolith_neat_numpy.genes.population import Population

N = 9


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    yield
    shm_release_all()


def score(backend: ProcessBackend, fitness: Fitness) -> list[float]:
    found = scored(backend, Population.first(N, 2, 1, seed=1), fitness)
    assert found.faults == ()
    return [float(score) for score in found.scores]


def test_work_happens_in_other_processes() -> None:
    ids = set(score(processes(2), fitnesses.process_id))
    assert 1 <= len(ids) <= 2
    assert os.getpid() not in ids


def test_without_keepalive_the_pool_ends_with_the_generation() -> None:
    backend = processes(1)
    first = score(backend, fitnesses.process_id)
    assert (backend.pool, backend.pool_age) == (None, 0)
    assert set(first).isdisjoint(score(backend, fitnesses.process_id))


def test_with_keepalive_workers_are_replaced_one_by_one_when_they_are_old() -> None:
    backend = processes(2, pool_keepalive=1, pool_restart_every=2)
    first = set(score(backend, fitnesses.slow_process_id))
    assert backend.pool_age == 1
    score(backend, fitnesses.slow_process_id)
    assert backend.pool is not None
    assert backend.pool_age == 0  # their replacement has begun
    seen = [set(score(backend, fitnesses.slow_process_id)) for _ in range(100)]
    assert not seen[-1] & first
    # Somebody was always there, and hardly ever more than there should be.
    assert len(backend.pool.members) <= 3
    backend.close()
    assert backend.pool_age == 0


def test_restart_every_zero_never_restarts() -> None:
    backend = processes(1, pool_keepalive=1, pool_restart_every=0)
    ids = {pid for _ in range(3) for pid in score(backend, fitnesses.process_id)}
    assert len(ids) == 1
    assert backend.pool_age == 3
    backend.close()


def test_a_kept_pool_sees_the_fitness_and_the_data_of_now() -> None:
    backend = processes(2, "spawn", pool_keepalive=1)
    for offset in (1.0, 2.0):
        assert score(backend, fitnesses.Offset(offset)) == [offset + i for i in range(N)]
    for total in (6.0, 60.0):  # registered after the pool started, and replaced in its life
        shm_register_dataset("X", np.full(6, total / 6))
        assert score(backend, fitnesses.shared_total) == [total + i for i in range(N)]
    backend.close()


@pytest.mark.parametrize("method", available_start_methods())
def test_a_worker_has_one_thread_whatever_the_parent_was_told(
    method: StartMethod, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    backend = processes(1, method, pool_keepalive=1)
    assert set(score(backend, fitnesses.thread_limits)) == {1}
    assert set(score(backend, fitnesses.blas_variable)) == {1}
    backend.close()


def test_a_population_of_any_size_follows_another() -> None:
    backend = processes(2, pool_keepalive=1)
    for n, inputs in ((3, 2), (50, 4), (1, 1), (400, 9), (7, 2)):
        genomes = Population.first(n, inputs, 2, seed=n)
        found = scored(backend, genomes, fitnesses.weight_sum)
        assert found.scores.tolist() == [fitnesses.weight_sum(genome) for genome in genomes]
    backend.close()


def test_given_meta_is_enough_for_workers() -> None:
    meta = shm_register_dataset("registered under another label", np.ones(4))
    backend = processes(1, shm_meta={"X": meta})
    assert score(backend, fitnesses.shared_total) == [4.0 + i for i in range(N)]


def test_an_error_carries_the_traceback_of_the_worker() -> None:
    with pytest.raises(FitnessError) as caught:
        score(processes(1), fitnesses.fail_from_five)
    original = caught.value.__cause__
    assert isinstance(original, KeyError)
    assert "in fail_from_five" in str(original.__cause__)


def test_an_error_that_does_not_load_is_told_as_text() -> None:
    with pytest.raises(FitnessError, match="NeedsTwoError: 1 and 2") as caught:
        score(processes(1), fitnesses.fail_unpicklably)
    assert "in fail_unpicklably" in str(caught.value.__cause__)


@pytest.mark.skipif("forkserver" not in available_start_methods(), reason="no forkserver here")
def test_forkserver_works() -> None:
    assert score(processes(1, "forkserver"), fitnesses.Offset(0.0)) == list(range(N))


def test_workers_that_nobody_closed_end_with_the_process_and_leave_nothing() -> None:
    done = run("-c", textwrap.dedent(LEFT_OPEN))
    assert (done.stderr, done.returncode) == ("", 0)
    for pid in done.stdout.split():
        assert not is_alive(int(pid))


LEFT_OPEN = """
    import multiprocessing
    from tests.evaluation.places import processes, scores
    from tests.evaluation.fitnesses import weight_sum
    from spiral_monolith_neat_numpy.genes.population import Population
    backend = processes(2, "spawn", pool_keepalive=1)
    scores(backend, Population.first(9, 2, 1), weight_sum)
    print(*(child.pid for child in multiprocessing.active_children()))
    assert len(multiprocessing.active_children()) == 2
"""


def run(*arguments: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
    root = Path(__file__).parents[2]
    return subprocess.run(
        [sys.executable, *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        cwd=root,
    )


def test_workers_that_are_replaced_all_the_time_see_the_fitness_of_each_generation(
    caplog: pytest.LogCaptureFixture,
) -> None:
    backend = processes(3, "spawn", pool_keepalive=1, pool_restart_every=1)
    for generation in range(150):
        genomes = Population.first(1 + 37 * generation % 200, 2, 1)
        fitness = fitnesses.Offset(generation, "x" * (1000 * generation % 7001))
        found = scored(backend, genomes, fitness)
        assert found.scores.tolist() == [generation + i for i in range(len(genomes))]
        assert found.faults == ()
    backend.close()
    assert caplog.text == ""
