"""The best are trained on: who, how far, what it brings, and that it is counted."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.errors import FitnessError
from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.evolution.refinement import chosen

STEPS = 6


def refining(share: float = 0.25, **changes: Any) -> ReproPlanaNEATPlus:
    return runs.make_neat(settings=runs.GROWING.with_changes(refine_share=share, **changes))


def test_the_best_are_chosen_with_more_steps_for_those_behind() -> None:
    scores = np.array([0.5, np.nan, 0.9, 0.89, 0.2, 0.885, np.inf, -np.inf, 0.1, 0.0])
    places, factors = chosen(scores, 0.4)
    assert places.tolist() == [2, 3, 5, 0]
    assert factors.tolist() == [1.5, 1.5, 1.5, 2.0]
    assert chosen(scores, 0.001)[0].tolist() == [2]
    assert chosen(np.full(3, np.nan), 0.5)[0].size == 0


def test_who_scores_higher_keeps_weights_and_score() -> None:
    neat, fitness = refining(0.0), runs.gradient(steps=2, lr=0.01)
    once = neat._evaluate_population(fitness)
    neat.settings = neat.settings.with_changes(refine_share=0.5)
    weights = [genome.genes.edge_weight.copy() for genome in neat.population]
    again = neat._adaptive_refine_fitness(once, fitness)
    improved = [i for i in range(12) if again[i] > once[i]]
    assert improved
    assert all(again[i] == once[i] for i in range(12) if i not in improved)
    for i in range(12):
        is_same = np.array_equal(weights[i], neat.population[i].genes.edge_weight)
        assert is_same == (i not in improved)
    assert [genome.fitness for genome in neat.population] == again


def test_the_scores_are_those_of_the_training_that_it_says() -> None:
    neat = refining(0.0)
    fitness = runs.gradient()
    scores = neat._evaluate_population(fitness)
    copies = [genome.copy() for genome in neat.population]
    places, factors = chosen(np.array(scores), 0.1)
    found = neat._adaptive_refine_fitness(scores, fitness)
    for place, factor in zip(places.tolist(), factors.tolist(), strict=True):
        context = EvaluationContext(neat.seed, 0, copies[place].id)
        wanted = fitness.refine_raw(copies[place], factor, context)
        assert found[place] == max(wanted, scores[place])


def test_its_steps_and_evaluations_are_counted() -> None:
    neat = refining(0.25)
    neat.evolve(runs.gradient(), 3, verbose=False)
    plain = runs.make_neat()
    plain.evolve(runs.gradient(), 3, verbose=False)
    assert [record.evaluations for record in neat.records] == [15, 30, 45]
    for record, other in zip(neat.records, plain.records, strict=True):
        extra = record.gradient_steps - other.gradient_steps
        generations = record.generation + 1
        assert 3 * 9 * generations <= extra <= 3 * 12 * generations
    assert neat.records[0].best_fitness >= plain.records[0].best_fitness


@pytest.mark.parametrize("backend", ["thread", "process"])
def test_it_is_the_same_in_every_back_end(backend: str) -> None:
    found = []
    for name in ("serial", backend):
        neat = refining()
        neat.parallel_backend, neat.eval_workers, neat.pool_keepalive = name, 2, 1
        best, history = neat.evolve(runs.gradient(batch_size=16), 4, verbose=False)
        neat._close_pool()
        found.append((history, best.fitness, best.genes.edge_weight.tolist()))
    assert found[0] == found[1]


def test_the_champion_predicts_with_what_earned_its_score() -> None:
    neat = refining()
    fitness = runs.gradient()
    best, _ = neat.evolve(fitness, 3, verbose=False)
    still = replace(fitness.settings, steps=0)
    assert type(fitness)(fitness.data, still)(best.copy()) == pytest.approx(best.fitness)


def test_a_fitness_that_cannot_is_left_alone_and_named_when_asked() -> None:
    neat = refining()
    neat.evolve(runs.closeness, 2, verbose=False)
    assert [record.evaluations for record in neat.records] == [12, 24]
    for fitness in (runs.closeness, runs.gradient(inheritance="baldwinian")):
        with pytest.raises(TypeError, match="fitness_fn must have a method refine_raw"):
            neat._adaptive_refine_fitness([0.0] * 12, fitness)
    with pytest.raises(ValueError, match="fitnesses must have"):
        neat._adaptive_refine_fitness([0.0] * 5, runs.gradient())


class Failing:
    """Trains once, and never again."""

    gradient_steps = 1

    def __call__(self, genome: Any) -> float:
        genome.hybrid_scale = 3.0
        return float(genome.id)

    def refine_raw(self, genome: Any, factor: float, context: Any) -> float:
        raise KeyError("no more")


def test_an_error_in_it_leaves_the_population_as_it_was() -> None:
    neat = refining()
    before = neat.population.copy()
    with pytest.raises(FitnessError, match="KeyError: 'no more'"):
        neat.evolve(Failing(), 1, verbose=False)
    assert (neat.population.genes, neat.population.table) == (before.genes, before.table)
    with pytest.raises(FitnessError):
        neat._adaptive_refine_fitness([1.0] * 12, Failing())
    assert (neat.population.genes, neat.population.table) == (before.genes, before.table)
    neat.on_error = "penalise"
    neat.evolve(Failing(), 1, verbose=False)
    assert neat.records[0].best_fitness == 11.0
    assert neat.event_log[-1].kind == "failure"
