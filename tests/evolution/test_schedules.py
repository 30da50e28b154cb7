"""Ready schedules: when they act, and that what they set reaches a fitness everywhere."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from typing import Any

import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy import EvalMode, monodromy_schedule
from spiral_monolith_neat_numpy.evolution.environment import Environment, noise_of
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus


def plus(**changes: Any) -> ReproPlanaNEATPlus:
    neat = runs.make_neat(20)
    neat.mode = EvalMode(vanilla=False)
    for name, value in changes.items():
        setattr(neat, name, value)
    return neat


def difficulties(neat: ReproPlanaNEATPlus) -> list[float]:
    return [record.difficulty for record in neat.records]


def test_the_automatic_curriculum_follows_progress_outside_vanilla() -> None:
    neat = plus()
    assert neat.auto_curriculum is True
    neat.evolve(runs.size, 8, verbose=False)
    best = [record.best_fitness for record in neat.records]
    gained = sum(later > earlier for earlier, later in zip(best, best[1:-1], strict=False))
    assert gained > 0
    assert difficulties(neat)[-1] == pytest.approx(0.5 + 0.05 * gained)
    assert neat.env.noise_std == noise_of(neat.env.difficulty)


@pytest.mark.parametrize("changes", [{"auto_curriculum": False}, {"mode": EvalMode()}])
def test_it_can_be_switched_off_and_is_off_in_vanilla(changes: dict[str, Any]) -> None:
    neat = plus(**changes)
    neat.evolve(runs.size, 5, verbose=False)
    assert difficulties(neat) == [0.5] * 5
    assert neat.env == Environment()


def test_a_schedule_goes_before_it() -> None:
    neat = plus()
    neat.evolve(runs.size, 3, verbose=False, env_schedule=lambda gen, context: {"difficulty": gen})
    assert difficulties(neat) == [0.0, 1.0, 2.0]


def test_asking_twice_is_asking_once() -> None:
    once, twice = plus(), plus()
    for _ in range(5):
        once.tell([float(genome.n_enabled) for genome in once.ask()])
        twice.ask()
        twice.tell([float(genome.n_enabled) for genome in twice.ask()])
    assert difficulties(once) == difficulties(twice)


@pytest.mark.parametrize("wrong", [1, "yes", None])
def test_auto_curriculum_is_a_flag(wrong: object) -> None:
    with pytest.raises((TypeError, ValueError), match="auto_curriculum must be"):
        plus().auto_curriculum = wrong


def test_the_monodromy_schedule_swings_with_the_population() -> None:
    neat = plus()
    neat.evolve(runs.size, 12, verbose=False, env_schedule=monodromy_schedule)
    found = difficulties(neat)
    assert len(set(found)) > 6
    assert all(0.1 < value < 1.5 for value in found)


@pytest.mark.parametrize("backend", ["thread", "process", ThreadPoolExecutor, ProcessPoolExecutor])
def test_the_noise_of_a_schedule_reaches_the_fitness(backend: Any) -> None:
    def history(place: Any, noise: float) -> list[tuple[float, float]]:
        def schedule(generation: int, context: Any) -> dict[str, float]:
            return {"noise_std": noise * generation}

        neat = runs.make_neat()
        neat.parallel_backend, neat.eval_workers = place, 2
        found = neat.evolve(runs.gradient(), 3, verbose=False, env_schedule=schedule)[1]
        neat._close_pool()
        return found

    quiet, loud = history("serial", 0.0), history("serial", 0.3)
    assert quiet[0] == loud[0]
    assert quiet[1] != loud[1]
    if isinstance(backend, str):
        assert history(backend, 0.3) == loud
        return
    own = {} if backend is ThreadPoolExecutor else {"mp_context": get_context("spawn")}
    with backend(2, **own) as executor:
        assert history(executor, 0.3) == loud


@pytest.mark.parametrize("backend", ["serial", "thread", "process"])
def test_the_noise_of_the_environment_reaches_the_fitness(backend: str) -> None:
    def fitnesses(place: str, noise: float) -> list[float]:
        neat = runs.make_neat()
        neat.parallel_backend, neat.eval_workers = place, 2
        neat.env = {"noise_std": noise}
        return neat._evaluate_population(runs.gradient())

    quiet, loud = fitnesses(backend, 0.0), fitnesses(backend, 0.3)
    assert quiet != loud
    assert loud == fitnesses("serial", 0.3)


def test_what_follows_from_difficulty() -> None:
    found = [
        (e.regen_intensity, e.asexual_share, e.pollen_flow) for e in map(Environment, (0, 1, 5))
    ]
    wanted = [(0.25, 0.1, 0.1), (0.9, 0.4, 0.45), (1.0, 0.95, 0.5)]
    assert [list(row) for row in found] == [pytest.approx(list(row)) for row in wanted]
    assert [noise_of(d) for d in (0.0, 0.75, 1.5, 9.0)] == pytest.approx([0.006, 0.033, 0.06, 0.06])
