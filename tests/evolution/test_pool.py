"""The workers of a run: when they start and end, and which data they find."""

import copy
import pickle
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from tests.evaluation import fitnesses
from tests.evolution import runs

from spiral_monolith_neat_numpy.evaluation.environment import available_start_methods
from spiral_monolith_neat_numpy.evaluation.shared import (
    get_shared_dataset,
    shm_register_dataset,
    shm_release_all,
    shm_set_worker_meta,
)
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus

needs_fork = pytest.mark.skipif("fork" not in available_start_methods(), reason="no fork here")


@pytest.fixture(autouse=True)
def _released() -> Iterator[None]:
    yield
    shm_release_all()


@pytest.fixture
def forked(monkeypatch: pytest.MonkeyPatch) -> ReproPlanaNEATPlus:
    monkeypatch.setenv("NEAT_PROCESS_START_METHOD", "fork")
    neat = runs.make_neat()
    neat.parallel_backend, neat.eval_workers = "process", 1
    return neat


@needs_fork
def test_processes_live_as_long_as_they_are_kept(forked: ReproPlanaNEATPlus) -> None:
    forked._evaluate_population(fitnesses.weight_sum)
    assert forked._proc_pool is None
    assert forked._proc_pool_age == 0
    forked.pool_keepalive, forked.pool_restart_every = 1, 3
    first, *others = [forked._evaluate_population(fitnesses.process_id)[0] for _ in range(3)]
    assert others == [first, first]
    assert forked._proc_pool_age == 0  # their replacement has begun
    ids = [forked._evaluate_population(fitnesses.slow_process_id)[0] for _ in range(20)]
    assert ids[-1] != first
    assert forked._proc_pool_age == 2
    forked._close_pool()
    forked._close_pool()
    assert [forked._proc_pool, forked._proc_pool_age] == [None, 0]


@needs_fork
def test_evolve_ends_the_processes_unless_they_are_kept(forked: ReproPlanaNEATPlus) -> None:
    forked.pool_keepalive = 1
    forked.evolve(fitnesses.weight_sum, 2, verbose=False)
    assert forked._proc_pool_age == 2
    forked.pool_keepalive = 0
    forked.evolve(fitnesses.weight_sum, 1, verbose=False)
    assert forked._proc_pool is None


@needs_fork
def test_a_change_of_settings_opens_new_workers(forked: ReproPlanaNEATPlus) -> None:
    forked.pool_keepalive = 1
    here = forked._evaluate_population(fitnesses.process_id)
    forked.eval_workers = 2
    assert set(forked._evaluate_population(fitnesses.process_id)).isdisjoint(here)
    forked.parallel_backend = "serial"
    assert len(set(forked._evaluate_population(fitnesses.process_id))) == 1
    assert forked._proc_pool is None


def test_threads_are_as_many_as_asked() -> None:
    neat = runs.make_neat()
    neat.parallel_backend, neat.eval_workers = "thread", 3

    class Counts:
        def evaluate_population(self, population: Any, context: Any) -> Any:
            assert context.executor is not None
            self.workers = context.workers
            return np.zeros(len(population))

    fitness = Counts()
    neat.evolve(fitness, 1, verbose=False)
    assert fitness.workers == 3
    assert neat._run.pool._backend is None
    assert (neat._proc_pool, neat._proc_pool_age) == (None, 0)


@needs_fork
@pytest.mark.parametrize("place", ["serial", "process"])
def test_data_announced_by_their_meta_are_found(forked: ReproPlanaNEATPlus, place: str) -> None:
    meta = shm_register_dataset("registered as", np.ones(4))
    forked._shm_meta = {"X": meta}
    forked.parallel_backend = place
    assert forked._evaluate_population(fitnesses.shared_total)[:3] == [4.0, 5.0, 6.0]


def test_announcing_keeps_what_was_announced_before() -> None:
    first = shm_register_dataset("a", [1.0])
    shm_set_worker_meta({"mine": first})
    neat = runs.make_neat()
    neat._shm_meta = {"X": first}
    neat._evaluate_population(fitnesses.shared_total)
    assert float(get_shared_dataset("mine")[0]) == 1.0


@needs_fork
def test_a_label_registered_anew_is_picked_up_whatever_the_meta_says(
    forked: ReproPlanaNEATPlus,
) -> None:
    forked._shm_meta = {"X": shm_register_dataset("X", np.ones(4))}
    forked.pool_keepalive = 1
    assert forked._evaluate_population(fitnesses.shared_total)[0] == 4.0
    shm_register_dataset("X", np.ones(9))
    assert forked._evaluate_population(fitnesses.shared_total)[0] == 9.0
    forked.parallel_backend = "serial"
    assert forked._evaluate_population(fitnesses.shared_total)[0] == 9.0


def test_meta_that_is_none_is_refused() -> None:
    neat = runs.make_neat()
    neat._shm_meta = None
    with pytest.raises(TypeError, match="_shm_meta must be a mapping from label to meta, got 3"):
        neat._shm_meta = 3  # type: ignore[assignment]
    neat._shm_meta = {"X": {"name": "x"}}  # type: ignore[typeddict-item]
    with pytest.raises(ValueError, match="meta of 'X' lacks dtype"):
        neat.evolve(runs.closeness, 1, verbose=False)


def test_a_copy_of_a_run_shares_its_executor_and_a_pickle_refuses_it() -> None:
    neat = runs.make_neat()
    with ThreadPoolExecutor(2) as executor:
        neat.parallel_backend = executor
        twin = copy.deepcopy(neat)
        assert twin.parallel_backend is executor
        found = [run.evolve(fitnesses.train, 2, verbose=False)[1] for run in (neat, twin)]
        assert found[0] == found[1]
        with pytest.raises(TypeError, match="a run on an executor cannot be pickled"):
            pickle.dumps(neat)
        assert executor.submit(abs, -3).result() == 3
