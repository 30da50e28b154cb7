"""Ask and tell: evolve in two halves, with the same result, and nothing entered twice."""

import dataclasses
import math

import numpy as np
import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.evolution.records import GenerationRecord
from spiral_monolith_neat_numpy.genes.validity import check_population


def rows(neat: ReproPlanaNEATPlus) -> list[GenerationRecord]:
    return [dataclasses.replace(record, seconds=0.0) for record in neat.records]


def turn(neat: ReproPlanaNEATPlus) -> GenerationRecord:
    return neat.tell([runs.closeness(genome) for genome in neat.ask()])


def assert_equal(one: ReproPlanaNEATPlus, other: ReproPlanaNEATPlus) -> None:
    assert rows(one) == rows(other)
    assert one.best == other.best
    assert list(one.population) == list(other.population)
    assert one.snapshots_genomes == other.snapshots_genomes


def test_a_loop_of_both_is_evolve() -> None:
    evolved, asked = runs.make_neat(), runs.make_neat()
    evolved.evolve(runs.closeness, 8, verbose=False)
    for generation in range(8):
        assert turn(asked) is asked.records[generation]
    assert_equal(evolved, asked)


def test_both_ways_may_be_mixed() -> None:
    evolved, mixed = runs.make_neat(), runs.make_neat()
    evolved.evolve(runs.closeness, 7, verbose=False)
    turn(mixed)
    mixed.evolve(runs.closeness, 2, verbose=False)
    turn(mixed)
    mixed.ask()  # asked for and not told: evolve scores it
    mixed.evolve(runs.closeness, 3, verbose=False)
    assert_equal(evolved, mixed)


def test_asking_again_changes_nothing() -> None:
    neat = runs.make_neat()
    turn(neat)
    population = neat.ask()
    before = population.copy()
    assert neat.ask() is population
    assert list(population) == list(before)
    assert neat.generation == 1


def test_scores_may_come_from_anywhere_in_any_order() -> None:
    neat, other = runs.make_neat(), runs.make_neat()
    for _ in range(4):
        population = neat.ask()
        order = np.random.default_rng(0).permutation(len(population))
        scores = np.empty(len(population))
        for index in order:
            scores[index] = runs.closeness(population[int(index)].copy())
        neat.tell(scores)
        turn(other)
        check_population(neat.population)
    assert_equal(neat, other)


def test_parameters_changed_through_views_are_inherited() -> None:
    neat = runs.make_neat()
    for genome in neat.ask():
        for edge in genome.connections.values():
            edge.weight = 2.5
    neat.tell([0.0] * len(neat.population))
    assert neat.best is not None
    assert (neat.best.genes.edge_weight == 2.5).all()


@pytest.mark.parametrize(
    ("scores", "message"),
    [
        ([1.0], "fitnesses must have shape .12,. to match the population, got .1,."),
        ([math.inf] * 12, "fitnesses must hold numbers up to 1e"),
        ([10**400] * 12, "fitnesses must fit a float"),
        (["high"] * 12, "fitnesses must be an array of numbers"),
    ],
)
def test_scores_that_do_not_fit_change_nothing(scores: list[float], message: str) -> None:
    neat = runs.make_neat()
    assert len(neat.ask()) == 12
    with pytest.raises(ValueError, match=message):
        neat.tell(scores)
    assert neat.records == []
    assert neat.population[0].fitness is None
    turn(neat)
    assert len(neat.records) == 1


def test_a_generation_is_told_once() -> None:
    neat = runs.make_neat()
    turn(neat)
    with pytest.raises(
        ValueError, match=r"generation 0 is scored already, ask\(\) breeds the next"
    ):
        neat.tell([0.0] * len(neat.population))
    assert len(neat.records) == 1


def test_what_was_not_asked_for_is_not_told() -> None:
    neat = runs.make_neat()
    with pytest.raises(ValueError, match="generation 0 was not asked for"):
        neat.tell([0.0] * 12)
    assert neat.records == []
    assert 0.0 < turn(neat).seconds < 3600.0


def test_nan_is_the_worst_and_all_of_them_are_an_event(caplog: pytest.LogCaptureFixture) -> None:
    neat = runs.make_neat()
    scores = [math.nan] * (len(neat.ask()) - 1) + [1.0]
    neat.tell(scores)
    assert neat.best is not None
    assert neat.best.fitness == 1.0
    neat.tell([math.nan] * len(neat.ask()))
    assert neat.event_log[-1].kind == "failure"
    assert "gave no genome a score" in caplog.text
    assert neat.records[-1].best_fitness == -math.inf
