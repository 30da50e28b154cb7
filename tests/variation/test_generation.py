"""Whole generations: speciate, share, mate, breed."""

from collections.abc import Callable

import numpy as np
import pytest

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.validity import check_population
from spiral_monolith_neat_numpy.kernels import breed as breeding
from spiral_monolith_neat_numpy.kernels import (
    describe,
    inherit,
    layout,
    mate,
    numbering,
    rows,
    runs,
    share,
    speciate,
)
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.species.mating import plan_mating
from spiral_monolith_neat_numpy.species.sharing import allot_offspring
from spiral_monolith_neat_numpy.species.speciation import Moment, SpeciesSet
from spiral_monolith_neat_numpy.species.speciation import speciate as divide
from spiral_monolith_neat_numpy.variation.breeding import breed

Score = Callable[[Population], FloatArray]
LIVELY = Settings(p_add_node=0.1, p_add_connection=0.2, p_remove_connection=0.1, p_toggle=0.05)
EVERY_WAY = LIVELY.with_changes(
    weight_noise="cauchy",
    initial_weights="uniform",
    noise_adaptation=0.2,
    p_average=0.3,
    p_differential=0.3,
)


def sum_near_five(population: Population) -> FloatArray:
    """Score genomes by how near the sum of their enabled weights is to 5."""
    sums = [g.genes.edge_weight[g.genes.edge_enabled].sum() for g in population]
    return -np.abs(np.array(sums) - 5.0)


def evolve(
    score: Score, generations: int, n: int = 40, settings: Settings = LIVELY, seed: int = 1
) -> tuple[Population, list[float], list[int]]:
    """Return the last population, each generation's best score and its number of species."""
    population = Population.first(n, 2, 1, seed=seed)
    tracker = InnovationTracker()
    tracker.learn(population.genes)
    species: SpeciesSet | None = None
    best, counts, next_id = [], [], n
    for generation in range(generations):
        scores = score(population)
        population.table.fitness[:] = scores
        moment = Moment(seed, generation)
        species = divide(population, scores, species, settings, 1.5, moment)
        offspring = allot_offspring(species, scores, n, settings, generation)
        plan = plan_mating(species, offspring, scores, settings, seed, generation)
        population = breed(population, plan, settings, tracker, seed, generation + 1, next_id)
        next_id += plan.n_births
        best.append(float(np.nanmax(scores)))
        counts.append(len(species))
    return population, best, counts


def test_selection_finds_what_is_asked_for_and_every_genome_stays_valid() -> None:
    population, best, counts = evolve(sum_near_five, 25)
    check_population(population)
    assert len(population) == 40
    assert np.unique(population.table.id).size == 40
    assert best[0] < -1.0
    assert best[-1] > -0.2
    assert max(counts) > 1


def test_selection_finds_it_with_the_other_operators_too() -> None:
    population, best, _ = evolve(sum_near_five, 25, settings=EVERY_WAY)
    check_population(population)
    assert best[0] < -1.0
    assert best[-1] > -0.5
    assert np.unique(population.table.noise_scale).size > 10


def test_the_best_genome_is_kept_by_a_species_large_enough() -> None:
    _, best, _ = evolve(sum_near_five, 12, settings=LIVELY.with_changes(elitism_min_size=0))
    assert best == sorted(best)


def test_a_population_without_any_score_goes_on() -> None:
    population, _, _ = evolve(lambda p: np.full(len(p), -np.inf), 5)
    check_population(population)
    assert len(population) == 40


@pytest.mark.parametrize("n", [1, 2, 3])
def test_tiny_populations_keep_their_size(n: int) -> None:
    population, _, _ = evolve(sum_near_five, 10, n)
    check_population(population)
    assert len(population) == n


def test_one_seed_gives_one_history() -> None:
    one, two, other = (evolve(sum_near_five, 6, seed=seed) for seed in (1, 1, 2))
    assert one[0].genes == two[0].genes
    assert one[1] == two[1]
    assert one[1] != other[1]


def test_every_kernel_was_compiled_for_one_signature() -> None:
    population, _, _ = evolve(sum_near_five, 3)
    for array in population.genes.arrays():
        array.flags.writeable = False
    population.n_hidden()
    evolve(sum_near_five, 3, settings=EVERY_WAY)
    kernels = [
        speciate.absorb,
        speciate.approach,
        speciate.found,
        speciate.defect,
        speciate.divide,
        describe.describe,
        share.allot,
        mate.rank_survivors,
        mate.choose_parents,
        mate.find_stray,
        runs.lay_out,
        layout.gather_nodes,
        layout.gather_edges,
        inherit.choose_base,
        breeding.conceive,
        breeding.deliver,
        numbering.number_proposals,
        numbering.look_up,
        numbering.enter,
        numbering.sum_sizes,
        rows.inherit_rows,
        rows.count_genes,
    ]
    counts = {one.__name__: len(getattr(one, "signatures", [()])) for one in kernels}
    assert counts == dict.fromkeys(counts, 1)
