"""One seed, one result: whatever the back-end, the number of workers, the order of work."""

import copy
import multiprocessing
import pickle
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from typing import Any

import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.evaluation.environment import available_start_methods
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.evolution.run_settings import EvalMode

FITNESSES: dict[str, Callable[[], Any]] = {
    "lamarckian": runs.gradient,
    "baldwinian": lambda: runs.gradient(inheritance="baldwinian"),
    "minibatches": lambda: runs.gradient(batch_size=20),
    "shaking": lambda: runs.shaking,
    "plain": lambda: runs.closeness,
}
# Pairs of settings; benchmarks/determinism.py has the whole grid.
PLACES = {  # back-end, workers, whether processes are kept, how they start
    "one thread": ("thread", 1, 1, ""),
    "two threads": ("thread", 2, 1, ""),
    "three threads": ("thread", 3, 0, ""),
    "spawn": ("process", 2, 1, "spawn"),
    "forkserver": ("process", 1, 1, "forkserver"),
    "fork": ("process", 3, 1, "fork"),
    "fork, not kept": ("process", 2, 0, "fork"),
    "threads of an executor": (ThreadPoolExecutor, 2, 1, ""),
    "processes of an executor": (ProcessPoolExecutor, 2, 1, "fork"),
}


def noisy(name: str, noise: float) -> Any:
    fitness = FITNESSES[name]()
    if noise:
        fitness.set_noise_std(noise)
    return fitness


@contextmanager
def placed(place: str) -> Iterator[ReproPlanaNEATPlus]:
    backend, workers, kept, _ = PLACES[place]
    with ExitStack() as stack:
        neat = runs.make_neat()
        if isinstance(backend, str):
            neat.parallel_backend = backend
        elif backend is ThreadPoolExecutor:
            neat.parallel_backend = stack.enter_context(ThreadPoolExecutor(workers))
        else:
            fork = multiprocessing.get_context("fork")
            executor = ProcessPoolExecutor(workers, mp_context=fork)
            neat.parallel_backend = stack.enter_context(executor)
        neat.eval_workers, neat.pool_keepalive = workers, kept
        yield neat
        neat._close_pool()


CASES = [(name, 0.0) for name in FITNESSES] + [("lamarckian", 0.3), ("baldwinian", 0.3)]
# Spawned processes import the package, which takes long; forked ones run all cases.
SPAWNED = [("baldwinian", 0.3), ("shaking", 0.0)]


@pytest.fixture(scope="module")
def serial() -> dict[tuple[str, float], dict[str, Any]]:
    return {case: runs.trace(runs.make_neat(), noisy(*case)) for case in CASES}


@pytest.mark.parametrize("place", PLACES)
def test_every_place_gives_the_serial_result_bit_for_bit(
    place: str, serial: dict[tuple[str, float], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    method = PLACES[place][3]
    if method:
        if method not in available_start_methods():
            pytest.skip(f"no {method} here")
        monkeypatch.setenv("NEAT_PROCESS_START_METHOD", method)
    for case in CASES:
        if method in ("spawn", "forkserver") and case not in SPAWNED:
            continue
        with placed(place) as neat:
            assert runs.trace(neat, noisy(*case)) == serial[case], case


def test_noise_and_inheritance_and_seed_make_a_difference(
    serial: dict[tuple[str, float], Any],
) -> None:
    histories = [tuple(found["history"]) for found in serial.values()]
    histories.append(tuple(runs.trace(runs.make_neat(seed=4), runs.gradient())["history"]))
    assert len(set(histories)) == len(histories)


def test_a_run_in_two_parts_is_the_run_in_one() -> None:
    whole = runs.trace(runs.make_neat(), runs.gradient(), n=5)
    parts = runs.make_neat()
    parts.evolve(runs.gradient(), 2, verbose=False)
    rest = runs.trace(parts, runs.gradient(), n=3)
    assert rest["history"] == whole["history"][2:]
    assert {**rest, "history": 0} == {**whole, "history": 0}


def test_a_copy_of_a_run_goes_on_as_the_run_does() -> None:
    neat = runs.make_neat()
    neat.parallel_backend = "thread"
    neat.pool_keepalive = 1
    neat.evolve(runs.gradient(), 2, verbose=False)
    twins = [copy.deepcopy(neat), pickle.loads(pickle.dumps(neat))]
    expected = runs.trace(neat, runs.gradient(), n=3)
    for twin in twins:
        assert runs.trace(twin, runs.gradient(), n=3) == expected
        twin._close_pool()
    neat._close_pool()


def regenerating() -> ReproPlanaNEATPlus:
    neat = runs.make_neat()
    neat.mode = EvalMode(vanilla=False, enable_regen_reproduction=True)
    neat.population[3] = neat.population[4].copy()
    neat.evolve(runs.gradient(), 4, verbose=False)
    return neat


def test_a_copy_goes_on_also_where_genomes_were_put_into_the_population() -> None:
    neat = regenerating()
    twins = [copy.deepcopy(neat), pickle.loads(pickle.dumps(neat))]
    expected = runs.trace(neat, runs.gradient(), n=3)
    for twin in twins:
        assert runs.trace(twin, runs.gradient(), n=3) == expected
        assert list(twin.lineage) == list(neat.lineage)


def test_an_evaluation_that_failed_does_not_change_how_a_run_goes_on() -> None:
    neat, other = regenerating(), regenerating()
    with pytest.raises(FitnessError):
        neat._evaluate_population(runs.FailsAt(3, RuntimeError("it broke")))
    found, expected = (runs.trace(one, runs.gradient(), n=3) for one in (neat, other))
    assert found == expected


def test_a_genome_put_into_a_copy_is_scored_before_it_breeds() -> None:
    twin = copy.deepcopy(regenerating())
    twin.population[0] = twin.population[1].copy()
    twin.evolve(runs.gradient(), 1, verbose=False)
    assert (twin.population.table.birth < twin.generation).all()
