"""Species: who belongs where, what is remembered, and what a species shows."""

import math
import pickle
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.genes.strategies import populations

from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.species.distance import compatibility_distance
from spiral_monolith_neat_numpy.species.speciation import Moment, SpeciesSet, speciate

SETTINGS = Settings()


def weighted(*weights: float) -> Population:
    """Return genomes with one connection each, of these weights: 0.4 apart per unit."""
    population = Population.first(len(weights), 1, 1)
    population.genes.edge_weight[:] = weights
    return population


def divided(
    population: Population,
    before: SpeciesSet | None,
    threshold: float,
    generation: int = 1,
    scores: Sequence[float] | None = None,
) -> SpeciesSet:
    """Return the species by the default settings; without scores none is the best."""
    worst = [-math.inf] * len(population)
    values = np.array(worst if scores is None else scores, dtype=np.float64)
    return speciate(population, values, before, SETTINGS, threshold, Moment(0, generation))


def first_species(
    population: Population, threshold: float = 0.5, seed: int = 0, settings: Settings = SETTINGS
) -> SpeciesSet:
    scores = np.zeros(len(population))
    return speciate(population, scores, None, settings, threshold, Moment(seed, 0))


def members_of(species: SpeciesSet) -> dict[int, list[int]]:
    return {one.id: one.members.tolist() for one in species}


def far(a: Genes, b: Genes) -> float:
    return compatibility_distance(Genome.from_genes(a), Genome.from_genes(b))


def standards(
    before: SpeciesSet, after: SpeciesSet, children: Population, threshold: float
) -> list[Genes]:
    """Return what the species of ``after`` were divided by: representatives, or founders."""
    stays: dict[int, Genes] = {}
    for one in before:
        if not any(far(one.representative, genes) < threshold for genes in stays.values()):
            stays[one.id] = one.representative
    return [stays.get(one.id, children[int(one.members[0])].genes) for one in after]


def test_genomes_near_to_one_another_share_a_species() -> None:
    species = first_species(weighted(0.0, 5.0, 0.5, 4.5, 9.0))
    assert members_of(species) == {0: [0, 2], 1: [1, 3], 2: [4]}
    assert species.label.tolist() == [0, 1, 0, 1, 2]
    assert species.size.tolist() == [2, 2, 1]
    assert species.next_id == 3


def test_a_species_lives_on_by_its_representative_and_dies_without_members() -> None:
    before = first_species(weighted(0.0, 5.0, 9.0))
    after = divided(weighted(9.5, 20.0, 5.5), before, 0.5, 1)
    assert members_of(after) == {1: [2], 2: [0], 3: [1]}
    assert after.created.tolist() == [0, 0, 1]
    assert after.next_id == 4
    last = divided(weighted(0.0), after, 0.5, 2)
    assert members_of(last) == {4: [0]}  # the id of the dead is not given again


@given(populations(max_size=5), populations(max_size=5), st.floats(0.1, 20.0))
def test_every_genome_is_in_one_species_whose_standard_is_near(
    parents: Population, children: Population, threshold: float
) -> None:
    before = first_species(parents, threshold)
    after = divided(children, before, threshold, 1)
    taken = np.concatenate([one.members for one in after])
    assert sorted(taken.tolist()) == list(range(len(children)))
    shown = standards(before, after, children, threshold)
    for one, standard in zip(after, shown, strict=True):
        for member in one.members.tolist():
            gap = far(children[member].genes, standard)
            assert gap < threshold or (math.isnan(gap) and one.members.size == 1)


@given(populations(max_size=6), populations(max_size=6), st.floats(0.1, 20.0))
def test_no_two_species_have_standards_near_to_one_another(
    parents: Population, children: Population, threshold: float
) -> None:
    before = first_species(parents, 0.1)
    after = divided(children, before, threshold, 1)
    shown = standards(before, after, children, threshold)
    for k, genes in enumerate(shown):
        assert not any(far(genes, other) < threshold for other in shown[:k])


@pytest.mark.parametrize(("threshold", "count"), [(1e9, 1), (1e-9, 40)])
def test_a_huge_threshold_leaves_one_species_and_a_tiny_one_tells_all_genomes_apart(
    threshold: float, count: int
) -> None:
    population = Population.first(40, 3, 2, seed=3)
    many = first_species(population, 0.3)
    assert 3 < len(many) < 40
    after = divided(population, many, threshold, 1)
    assert len(after) == count
    assert after.id[0] == many.id[0]


def test_a_merged_species_goes_on_where_some_of_it_is_out_of_reach() -> None:
    before = divided(weighted(0.0, 1.5, 9.0), None, 0.5, 0, [1.0, 3.0, 2.0])
    # Distances are 0.4 * |gap|: 1.5 is near to 0.0, 3.5 is near to 1.5 alone, 30.0 to none.
    after = divided(weighted(0.2, 30.0, 1.0, 3.5, 9.0), before, 0.9, 1)
    assert members_of(after) == {0: [0, 2], 1: [3], 2: [4], 3: [1]}
    assert after.best_fitness.tolist() == [1.0, 3.0, 2.0, -math.inf]
    assert after.created.tolist() == [0, 0, 0, 1]
    assert after.next_id == 4


def test_merged_species_have_the_better_record_and_merging_is_no_progress() -> None:
    parents = weighted(0.0, 5.0, 9.0)
    before = divided(parents, None, 0.5, 0, [1.0, 3.0, 2.0])
    before = divided(parents, before, 0.5, 4, [2.0, 3.0, 2.5])
    assert before.last_improved.tolist() == [4, 0, 4]
    [one] = divided(weighted(0.0, 5.0), before, 100.0, 5)
    assert (one.id, one.created, one.best_fitness, one.last_improved) == (0, 0, 3.0, 0)
    equal = replace(before, best_fitness=np.full(3, 3.0))
    [one] = divided(weighted(0.0, 5.0), equal, 100.0, 5)
    assert one.last_improved == 0  # when the best of all was first reached
    [alive] = divided(weighted(0.0), before, 100.0, 5, [1.0])
    assert alive.last_improved == 0


def test_the_representative_is_a_random_member_and_a_copy() -> None:
    population = weighted(*np.linspace(0.0, 1.0, 8))
    drawn = set()
    for seed in range(40):
        [one] = first_species(population, seed=seed)
        weight = float(one.representative.edge_weight[0])
        assert weight in population.genes.edge_weight
        drawn.add(weight)
    assert len(drawn) == 8
    [one] = first_species(population)
    before = one.representative.copy()
    population.genes.edge_weight[:] = 99.0
    assert one.representative == before


def test_the_best_member_represents_a_species_where_that_is_asked_for() -> None:
    best = Settings(representative="best")
    population = weighted(0.0, 5.0, 0.1, 5.1, 0.2, 5.2, 9.0)
    for seed in range(3):
        scores = np.array([1.0, math.nan, 4.0, -2.0, 4.0, -3.0, math.nan])
        species = speciate(population, scores, None, best, 0.5, Moment(seed, 0))
        shown = [float(one.representative.edge_weight[0]) for one in species]
        assert shown == [0.1, 5.1, 9.0]  # of equals the first
    unscored = speciate(population, np.full(7, math.nan), None, best, 0.5, Moment(0, 0))
    assert [float(one.representative.edge_weight[0]) for one in unscored] == [0.0, 5.0, 9.0]


def test_equal_keys_give_equal_species() -> None:
    population = Population.first(30, 3, 2, seed=3)
    one, two = (first_species(population, 0.3, seed=7) for _ in range(2))
    assert pickle.dumps(one) == pickle.dumps(two)


def test_progress_is_a_rise_of_the_best_score() -> None:
    population = weighted(0.0, 5.0, 0.5)
    scored = divided(population, None, 1.0, 0, [1.0, math.nan, 2.0])
    assert scored.best_fitness.tolist() == [2.0, -math.inf]
    later = divided(population, scored, 1.0, 4, [2.0, -5.0, 1.0])
    assert later.best_fitness.tolist() == [2.0, -5.0]
    assert later.last_improved.tolist() == [0, 4]
    assert scored.last_improved.tolist() == [0, 0]


def test_there_must_be_one_score_per_genome() -> None:
    with pytest.raises(ValueError, match=r"fitnesses must have shape \(3,\) to match the popul"):
        divided(weighted(0.0, 5.0, 9.0), None, 1.0, 0, [0.0, 0.0])


def test_the_record_of_a_species_follows_it_from_generation_to_generation() -> None:
    before = divided(weighted(0.0, 5.0), None, 0.5, 0, [3.0, 4.0])
    after = divided(weighted(5.0, 9.0), before, 0.5, 1, [2.0, -math.inf])
    assert after.best_fitness.tolist() == [4.0, -math.inf]
    assert after.last_improved.tolist() == [0, 1]


def test_a_set_is_a_sequence() -> None:
    species = first_species(weighted(0.0, 5.0, 9.0))
    assert len(species) == 3
    assert species[-1].id == 2
    assert [one.id for one in species[:2]] == [0, 1]
    with pytest.raises(IndexError):
        species[3]
    assert repr(species) == "SpeciesSet({0: 1, 1: 1, 2: 1})"


def test_a_set_and_its_list_of_species_say_the_same() -> None:
    species = divided(weighted(0.0, 5.0, 0.5), None, 0.5, 0, [0.0, 1.0, 2.0])
    assert SpeciesSet.from_species(species) is species
    rebuilt = SpeciesSet.from_species(reversed(list(species)))
    for name in ("id", "created", "last_improved", "best_fitness", "label", "members"):
        np.testing.assert_array_equal(getattr(rebuilt, name), getattr(species, name))
    assert rebuilt.member_offset.tolist() == species.member_offset.tolist()
    assert [one.representative for one in rebuilt] == [one.representative for one in species]
    assert rebuilt.next_id == 2


@pytest.mark.parametrize("members", [[[0], [0]], [[0, 1], []], [[0, 2]], [[-1, 0]], []])
def test_species_that_do_not_share_out_a_population_are_refused(
    members: list[list[int]],
) -> None:
    [one] = first_species(weighted(0.0))
    listed = [
        replace(one, id=k, members=np.array(places, dtype=np.int64))
        for k, places in enumerate(members)
    ]
    with pytest.raises(ValueError, match="species must hold each genome of the population once"):
        SpeciesSet.from_species(listed)


def test_an_empty_population_and_a_bad_threshold_are_refused() -> None:
    with pytest.raises(ValueError, match="population must have at least 1 genome, got 0"):
        divided(Population.from_genomes([]), None, 1.0, 0)
    with pytest.raises(ValueError, match="threshold must be > 0, got 0"):
        divided(weighted(0.0), None, 0.0, 0)


def test_arrays_that_kernels_would_misread_are_refused() -> None:
    population = weighted(0.0, 1.0, 20.0)
    found = speciate(population, np.zeros(3), None, SETTINGS, 3.0, Moment(0, 0))
    with pytest.raises(
        ValueError, match="best_fitness must be contiguous and of type float64, got"
    ):
        replace(found, best_fitness=np.zeros(len(found), np.int64))
    with pytest.raises(ValueError, match=r"members must be .* with strides \(16,\)$"):
        replace(found, members=np.repeat(found.members, 2)[::2])
    whole = [
        replace(one, representative=replace(one.representative, edge_weight=np.zeros(1, np.int64)))
        for one in found
    ]
    with pytest.raises(GenomeError, match="edge_weight must be of type float64, got int64"):
        SpeciesSet.from_species(whole)
