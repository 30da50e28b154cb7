"""ReproPlanaNEATPlus as a whole: seeds, learning, bookkeeping, edits while it runs."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from tests.evolution import runs

from spiral_monolith_neat_numpy.evaluation.backprop import (
    BackpropData,
    BackpropSettings,
    FitnessBackprop,
)
from spiral_monolith_neat_numpy.evolution.neat import ReproPlanaNEATPlus
from spiral_monolith_neat_numpy.genes.validity import check_population
from spiral_monolith_neat_numpy.network.genome_network import compile_genome

XOR_X = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]])
XOR_Y = np.array([0, 1, 1, 0.0])


def xor(genome: Any) -> float:
    error = np.abs(compile_genome(genome).activate(XOR_X)[:, 0] - XOR_Y).sum()
    return float((4.0 - error) ** 2)


def test_a_seed_a_generator_or_nothing_gives_the_run_its_seed() -> None:
    def weights(rng: Any) -> list[float]:
        found: list[float] = ReproPlanaNEATPlus(
            2, 1, 4, rng=rng
        ).population.genes.edge_weight.tolist()
        return found

    assert weights(5) == weights(np.int64(5))
    assert weights(np.random.default_rng(5)) == weights(np.random.default_rng(5))
    assert weights(5) != weights(6)
    assert weights(None) != weights(None)
    generator = np.random.default_rng(5)
    assert weights(generator) != weights(generator)
    assert ReproPlanaNEATPlus(2, 1, 4, rng=5).seed == 5


def test_it_solves_xor_without_gradients() -> None:
    """The classic proof that structure grows (Stanley & Miikkulainen 2002, section 4.1)."""
    neat = ReproPlanaNEATPlus(2, 1, 150, rng=1)
    best, history = neat.evolve(xor, 100, target_fitness=15.0, verbose=False)
    assert history[-1][0] >= 15.0
    assert best.n_hidden >= 1
    found = compile_genome(best).activate(XOR_X)[:, 0]
    np.testing.assert_array_equal(found > 0.5, XOR_Y > 0.5)


def test_without_variation_only_inherited_training_gets_further() -> None:
    still = {"p_mutate_weights": 0, "p_mutate_bias": 0, "p_add_node": 0, "p_add_connection": 0}
    settings = runs.GROWING.with_changes(p_crossover=0, **still)
    y = runs.X @ [1.0, -2.0]  # a regression's score is the loss by which steps are kept
    data = BackpropData(runs.X[:64], y[:64], runs.X[64:], y[64:])

    def bests(inheritance: str) -> list[float]:
        fitness = FitnessBackprop(data, BackpropSettings(5, 0.02, inheritance=inheritance))
        _, history = runs.make_neat(settings=settings).evolve(fitness, 6, verbose=False)
        return [best for best, _ in history]

    inherited, scored = bests("lamarckian"), bests("baldwinian")
    assert set(scored) == {inherited[0]}
    assert all(np.diff(inherited) > 0.0)


def test_baldwinian_training_leaves_the_population_as_it_was() -> None:
    neat = runs.make_neat()
    before = neat.population.genes.copy()
    neat.evolve(runs.gradient(inheritance="baldwinian"), 1, verbose=False)
    assert neat.population.genes == before


def test_every_generation_leaves_an_entry_in_every_history() -> None:
    neat = runs.make_neat()
    neat.evolve(runs.gradient(), 4, verbose=False)
    for kept in (
        neat.records,
        neat.best_ids,
        neat.hidden_counts_history,
        neat.edge_counts_history,
        neat.env_history,
        neat.snapshots_genomes,
        neat.snapshots_scars,
    ):
        assert len(kept) == 4
    assert neat.hidden_counts_history[-1] == [genome.n_hidden for genome in neat.population]
    assert neat.edge_counts_history[-1] == [genome.n_enabled for genome in neat.population]
    best = max(neat.population, key=lambda genome: genome.fitness or 0.0)
    assert neat.best_ids[-1] == best.id
    assert neat.snapshots_genomes[-1] == best


def test_the_same_change_keeps_its_number_for_the_whole_run() -> None:
    neat = runs.make_neat(30)
    meaning: dict[int, tuple[int, int]] = {}
    for _ in range(6):
        neat.evolve(runs.size, 1, verbose=False)
        for genome in neat.population:
            for innovation, gene in genome.connections.items():
                ends = (gene.in_node, gene.out_node)
                assert meaning.setdefault(innovation, ends) == ends
    assert len(set(meaning.values())) == len(meaning) > 6


def test_parents_are_genomes_of_the_generation_before() -> None:
    neat = runs.make_neat()
    neat.evolve(runs.closeness, 2, verbose=False)
    before = {genome.id for genome in neat.population}
    neat.evolve(runs.closeness, 1, verbose=False)
    for genome in neat.population:
        if genome.birth_generation == 2:
            assert 1 <= len(genome.parents) <= 2
            assert set(genome.parents) <= before
        else:
            assert genome.id in before


def test_attributes_may_change_while_it_runs() -> None:
    def schedule(generation: int, context: Mapping[str, Any]) -> dict[str, float]:
        if generation == 2:
            neat.pop_size = 9
            neat.max_hidden_nodes = 0
        return {}

    neat = runs.make_neat()
    neat.evolve(runs.size, 5, verbose=False, env_schedule=schedule)
    assert [len(row) for row in neat.hidden_counts_history] == [12, 12, 12, 9, 9]
    check_population(neat.population)


def test_a_population_of_two_evolves() -> None:
    neat = runs.make_neat(2)
    _, history = neat.evolve(runs.closeness, 5, verbose=False)
    assert len(history) == 5
    assert len(neat.population) == 2


def test_a_fitness_that_asks_for_its_context_is_handed_it() -> None:
    seen: set[tuple[int, int, int]] = set()

    def fitness(genome: Any, context: Any) -> float:
        seen.add((context.seed, context.generation, context.genome_id))
        return 1.0

    neat = runs.make_neat(seed=8)
    neat.evolve(fitness, 1, verbose=False)
    assert seen == {(8, 0, genome.id) for genome in neat.population}


@pytest.mark.parametrize("scale", [-3.0, 1e300])
def test_scores_of_any_sign_and_size_select(scale: float) -> None:
    neat = runs.make_neat()
    best, history = neat.evolve(lambda genome: scale * runs.closeness(genome), 3, verbose=False)
    assert history[-1][0] == max(genome.fitness or 0.0 for genome in neat.population)
    assert best.fitness == max(row[0] for row in history)
