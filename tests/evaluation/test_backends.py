"""Every back-end gives the same scores, keeps the same changes, reports the same errors."""

import logging
import multiprocessing
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from tests.evaluation import fitnesses
from tests.evaluation.places import processes, scored
from tests.evaluation.places import scores as scores_on

from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.evaluation import backends
from spiral_monolith_neat_numpy.evaluation.backends import (
    Backend,
    _is_picklable,
    make_backend,
)
from spiral_monolith_neat_numpy.evaluation.environment import available_start_methods
from spiral_monolith_neat_numpy.evaluation.handed import ExecutorBackend
from spiral_monolith_neat_numpy.evaluation.local import SerialBackend, ThreadBackend
from spiral_monolith_neat_numpy.evaluation.processes import ProcessBackend
from spiral_monolith_neat_numpy.evaluation.scored import OnError
from spiral_monolith_neat_numpy.evaluation.settings import PoolSettings
from spiral_monolith_neat_numpy.genes.population import Population

N = 11


def population() -> Population:
    return Population.first(N, 3, 2, seed=4)


def spawned() -> ProcessBackend:
    return processes(2, "spawn", pool_keepalive=1)


def forked(workers: int = 2) -> ProcessBackend:
    if "fork" not in available_start_methods():
        pytest.skip("no fork here")
    return processes(workers, "fork")


class _Handed(ExecutorBackend):
    """On processes that the test has made, and ends."""

    def __init__(self) -> None:
        self.pool = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))
        super().__init__(self.pool, 2)

    def close(self) -> None:
        self.pool.shutdown()


BACKENDS: dict[str, Callable[[], Backend]] = {
    "serial": SerialBackend,
    "one thread": lambda: ThreadBackend(1),
    "three threads": lambda: ThreadBackend(3),
    "spawned": spawned,
    "handed over": _Handed,
    "one forked": lambda: forked(1),
    "three forked": lambda: forked(3),
}


@pytest.fixture(scope="module", params=list(BACKENDS))
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    made = BACKENDS[request.param]()
    yield made
    made.close()


def test_scores_and_changes_are_those_of_a_plain_loop(backend: Backend) -> None:
    expected, found = population(), population()
    for generation in (0, 1):
        wanted = scores_on(SerialBackend(), expected, fitnesses.train, 9, generation)
        scores = scores_on(backend, found, fitnesses.train, 9, generation)
        assert scores.dtype == np.float64
        assert scores.tobytes() == wanted.tobytes()
    assert len(set(wanted)) == N
    assert found.genes == expected.genes
    assert found.table == expected.table
    assert not np.array_equal(found.genes.edge_weight, population().genes.edge_weight)
    assert {genome.sex for genome in found} == {"female", "male"}


def test_a_genome_put_into_the_population_is_scored_and_trained(backend: Backend) -> None:
    both = [population(), population()]
    for each in both:
        genome = each[6].copy()
        genome.nodes[0].bias = 7.0
        each[6] = genome
    wanted = scores_on(SerialBackend(), both[0], fitnesses.train, 1, 0)
    assert scores_on(backend, both[1], fitnesses.train, 1, 0).tobytes() == wanted.tobytes()
    assert both[1].genes == both[0].genes


def test_the_sign_of_zero_is_kept(backend: Backend) -> None:
    genomes = population()
    scores_on(backend, genomes, fitnesses.zero_sign, 0, 0)
    assert np.signbit(genomes[4].nodes[0].bias)


def test_nan_and_infinity_pass(backend: Backend) -> None:
    scores = scores_on(backend, population(), fitnesses.nan_for_odd_ids, 0, 0)
    odd = np.arange(N) % 2 == 1
    np.testing.assert_array_equal(scores, np.where(odd, np.nan, np.inf))


def test_a_callable_object_is_a_fitness(backend: Backend) -> None:
    scores = scores_on(backend, population(), fitnesses.Offset(0.5), 0, 0)
    np.testing.assert_array_equal(scores, np.arange(N) + 0.5)


def test_no_genomes_have_no_scores(backend: Backend) -> None:
    scores = scores_on(backend, Population.from_genomes([]), fitnesses.weight_sum, 0, 0)
    assert scores.shape == (0,)
    assert scores.dtype == np.float64


def test_the_first_failing_genome_is_named_with_its_error_as_cause(backend: Backend) -> None:
    with pytest.raises(FitnessError, match=r"on genome 5: KeyError: 'no luck with 5'") as caught:
        scores_on(backend, population(), fitnesses.fail_from_five, 0, 0)
    assert caught.value.genome_id == 5
    assert isinstance(caught.value.__cause__, KeyError)
    assert caught.value.__cause__.args == ("no luck with 5",)


def test_after_an_error_the_back_end_works_on(backend: Backend) -> None:
    with pytest.raises(FitnessError):
        scores_on(backend, population(), fitnesses.fail_from_five, 0, 0)
    scores = scores_on(backend, population(), fitnesses.weight_sum, 0, 0)
    np.testing.assert_array_equal(
        scores, scores_on(SerialBackend(), population(), fitnesses.weight_sum, 0, 0)
    )


def test_a_change_of_structure_is_an_error_and_leaves_the_population(backend: Backend) -> None:
    genomes = population()
    with pytest.raises(FitnessError, match="changed the structure of genome 3") as caught:
        scores_on(backend, genomes, fitnesses.grow, 0, 0)
    assert caught.value.genome_id == 3
    assert genomes.genes == population().genes


@pytest.mark.parametrize(
    ("fitness", "shown"),
    [
        (fitnesses.return_none, "got None for genome 0"),
        (fitnesses.return_text, r"got 'good' \(str\) for genome 0"),
        (fitnesses.return_flag, r"got True \(bool\)"),
        (fitnesses.return_vector, r"got ndarray of shape \(3,\)"),
        (fitnesses.return_complex, r"got 1j \(complex\)"),
    ],
)
def test_a_score_that_is_no_number_is_shown(fitness: Callable[..., Any], shown: str) -> None:
    with pytest.raises(FitnessError, match=f"must return a number, {shown}"):
        scores_on(SerialBackend(), population(), fitness, 0, 0)


@pytest.mark.parametrize("score", [2, np.float32(2), np.int64(2), np.array(2.0)])
def test_any_single_real_number_is_a_score(score: object) -> None:
    scores = scores_on(SerialBackend(), population(), lambda genome: score, 0, 0)
    np.testing.assert_array_equal(scores, np.full(N, 2.0))


def test_a_builtin_that_hides_its_parameters_is_a_fitness() -> None:
    # type(genome, context=...) has a signature that inspect cannot read
    with pytest.raises(FitnessError, match="must return a number, got <class"):
        scores_on(SerialBackend(), population(), type, 0, 0)


@pytest.mark.parametrize("make", [SerialBackend, lambda: ThreadBackend(2), spawned])
def test_what_cannot_be_called_is_refused(make: Callable[[], Backend]) -> None:
    with pytest.raises(TypeError, match="fitness must be callable on a genome, got 7"):
        scores_on(make(), population(), 7, 0, 0)


def test_what_cannot_be_pickled_runs_on_threads_with_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    ids: list[int] = []

    def remember(genome: Any) -> float:
        ids.append(genome.id)
        return float(genome.id)

    backend = spawned()
    with caplog.at_level(logging.WARNING, logger="spiral_monolith_neat_numpy"):
        for generation in range(2):
            scores = scores_on(backend, population(), remember, 0, generation)
            np.testing.assert_array_equal(scores, np.arange(N))
    backend.close()
    assert sorted(ids) == sorted([*range(N), *range(N)])
    assert backend.pool is None
    (record,) = caplog.records
    assert "runs on threads, not in processes: it cannot be pickled" in record.getMessage()
    assert "remember" in record.getMessage()


def test_is_picklable_tells_functions_from_closures() -> None:
    assert _is_picklable(fitnesses.weight_sum)
    assert _is_picklable(fitnesses.Offset(1.0))
    assert not _is_picklable(lambda genome: 0.0)


@pytest.mark.parametrize("on_error", ["raise", "penalise"])
def test_what_ends_a_run_is_no_failure_of_a_genome(backend: Backend, on_error: OnError) -> None:
    with pytest.raises(SystemExit) as end:
        scored(backend, population(), fitnesses.exit_from_five, on_error=on_error)
    assert end.value.code == 5
    with pytest.raises(KeyboardInterrupt):
        scored(backend, population(), fitnesses.interrupt_from_five, on_error=on_error)
    assert scores_on(backend, population(), fitnesses.weight_sum).shape == (N,)


def test_an_error_without_words_is_an_error_all_the_same(backend: Backend) -> None:
    with pytest.raises(FitnessError, match="on genome 0: SpeechlessError: its text cannot be had"):
        scored(backend, population(), fitnesses.fail_speechlessly)


def test_threads_live_until_closed_and_come_back() -> None:
    backend = ThreadBackend(2)
    first = backend.executor
    scores_on(backend, population(), fitnesses.weight_sum, 0, 0)
    assert backend.executor is first
    backend.close()
    backend.close()
    assert scores_on(backend, population(), fitnesses.weight_sum, 0, 0).shape == (N,)
    assert backend.executor is not first
    backend.close()


def test_make_backend_knows_the_names() -> None:
    assert isinstance(make_backend(PoolSettings(4, "serial")), SerialBackend)
    thread = make_backend(PoolSettings(3, "thread"))
    assert isinstance(thread, ThreadBackend)
    assert (thread.name, thread.workers) == ("thread", 3)
    process = make_backend(PoolSettings(2, "process", 1, 4))
    assert isinstance(process, ProcessBackend)
    assert (process.name, process.workers, process.executor) == ("process", 2, None)


def test_an_executor_of_the_user_is_used_and_stays_open() -> None:
    with ThreadPoolExecutor(3) as executor:
        backend = make_backend(PoolSettings(1, executor))
        assert isinstance(backend, ThreadBackend)
        assert (backend.workers, backend.executor) == (3, executor)
        scores_on(backend, population(), fitnesses.weight_sum)
        backend.close()
        assert executor.submit(int, "3").result() == 3


def test_an_executor_that_hides_its_size_gets_what_the_workers_are_said_to_be() -> None:
    class Hidden(Executor):
        def submit(self, function: Any, /, *arguments: Any, **names: Any) -> "Future[Any]":
            future: Future[Any] = Future()
            future.set_result(function(*arguments, **names))
            return future

    backend = make_backend(PoolSettings(5, Hidden()))
    assert isinstance(backend, ExecutorBackend)
    assert backend.workers == 5
    wanted = scores_on(SerialBackend(), population(), fitnesses.weight_sum)
    np.testing.assert_array_equal(scores_on(backend, population(), fitnesses.weight_sum), wanted)


def test_what_cannot_reach_an_executor_runs_on_threads_with_one_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with (
        caplog.at_level(logging.WARNING, logger="spiral_monolith_neat_numpy"),
        ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as executor,
    ):
        backend = make_backend(PoolSettings(1, executor))
        for _ in range(2):
            found = scores_on(backend, population(), lambda genome: float(genome.id))
            np.testing.assert_array_equal(found, np.arange(N))
        backend.close()
    (record,) = caplog.records
    assert "runs on threads, not in processes: it cannot be pickled" in record.getMessage()


def test_interpreters_are_no_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interpreters(ThreadPoolExecutor):  # as Python 3.14 has them
        pass

    monkeypatch.setattr(backends, "_INTERPRETERS", Interpreters)
    with Interpreters(2) as executor:
        assert isinstance(make_backend(PoolSettings(1, executor)), ExecutorBackend)


HUNG_S = 60  # ends a run that hangs, judges none
LOSES_A_WORKER = """\
import multiprocessing, os, time
from concurrent.futures import ProcessPoolExecutor
import spiral_monolith_neat_numpy as sm
from spiral_monolith_neat_numpy.errors import FitnessError

def fitness(genome):
    if genome.id < 2:
        raise ValueError("no")
    time.sleep(0.5)
    os._exit(3)  # while genomes that nobody has begun are cancelled

executor = ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("fork"))
neat = sm.ReproPlanaNEATPlus(2, 1, 40, rng=1)
neat.parallel_backend = executor
try:
    neat.evolve(fitness, 1, verbose=False)
except FitnessError as error:
    print(error)
"""


@pytest.mark.skipif("fork" not in available_start_methods(), reason="no fork here")
def test_an_error_comes_home_from_an_executor_that_loses_a_worker_meanwhile() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", LOSES_A_WORKER], capture_output=True, text=True, timeout=HUNG_S
    )
    assert ended.stdout == "the fitness failed on genome 0: ValueError: no\n"
