"""A stalled population starts anew, and the run goes on counting."""

import numpy as np
import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.genes.validity import check_population

STALLING = runs.GROWING.with_changes(restart_generations=3, threshold_control="step")


def restarts(neat: ReproPlanaNEATPlus) -> list[int]:
    return [event.generation for event in neat.event_log if event.kind == "restart"]


def test_without_a_gain_the_population_is_drawn_anew_every_few_generations() -> None:
    neat = runs.make_neat(settings=STALLING)
    neat.evolve(runs.flat, 9, verbose=False)
    assert restarts(neat) == [4, 8]
    assert "no gain in the best score for 3 generations" in neat.event_log[-1].message
    assert [record.mean_hidden for record in neat.records][4] == 0.0
    assert max(record.mean_hidden for record in neat.records[1:4]) > 0.0
    assert [record.evaluations for record in neat.records] == [12 * k for k in range(1, 10)]
    assert neat.records[4].compatibility_threshold == neat.settings.compatibility_threshold


def test_a_run_that_gains_is_left_alone() -> None:
    neat = runs.make_neat(settings=STALLING)
    scores = iter(range(10_000))
    neat.evolve(lambda genome: float(next(scores)), 9, verbose=False)
    assert restarts(neat) == []


def test_new_genomes_have_new_ids_and_weights_and_the_old_innovations() -> None:
    neat = runs.make_neat(settings=STALLING)
    seen: set[int] = set()
    first_weights = neat.population.genes.edge_weight.copy()
    for generation in range(5):
        population = neat.ask()
        if generation == 4:
            assert not seen & set(population.table.id.tolist())
            assert not np.isin(population.genes.edge_weight, first_weights).any()
            assert set(population.genes.edge_innovation.tolist()) == {0, 1}
            assert population.table.birth.tolist() == [4] * 12
            check_population(population, num_inputs=2, num_outputs=1)
        seen |= set(population.table.id.tolist())
        neat.tell([1.0] * 12)


def test_the_best_of_all_is_kept_through_a_restart() -> None:
    neat = runs.make_neat(settings=STALLING.with_changes(restart_gain=0.5))
    best, history = neat.evolve(runs.closeness, 10, verbose=False)
    assert restarts(neat)
    assert best.fitness == max(row[0] for row in history)


def test_genomes_of_ones_own_give_way_to_drawn_ones() -> None:
    neat = runs.make_neat(settings=STALLING)
    neat.population = [neat.population[0].copy() for _ in range(5)]
    neat.evolve(runs.flat, 5, verbose=False)
    assert restarts(neat) == [4]
    assert len(neat.population) == 5
    check_population(neat.population, num_inputs=2, num_outputs=1)


@pytest.mark.parametrize("backend", ["serial", "thread"])
def test_a_restart_gives_one_result_everywhere(backend: str) -> None:
    traces = []
    for name in ("serial", backend):
        neat = runs.make_neat(settings=STALLING)
        neat.parallel_backend = name
        traces.append(runs.trace(neat, runs.flat))
    assert traces[0] == traces[1]
