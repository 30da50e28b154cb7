"""Structural mutation: equal changes get equal numbers, and genomes stay valid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.genes.strategies import populations

from spiral_monolith_neat_numpy.genes.gather import Packed
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.streams import start_streams
from spiral_monolith_neat_numpy.genes.validity import check_genome
from spiral_monolith_neat_numpy.seeding import Purpose
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.variation.structure import mutate_structure

ALWAYS = Settings(p_add_node=1.0, p_add_connection=1.0)
NEVER = Settings(p_add_node=0.0, p_add_connection=0.0)


def packed_of(population: Population) -> Packed:
    return Packed(population.node_offset, population.edge_offset, population.genes)


def grown(
    population: Population,
    tracker: InnovationTracker,
    settings: Settings = ALWAYS,
    seed: int = 0,
    *,
    feed_forward: bool = True,
) -> Packed:
    n = len(population)
    streams = start_streams(seed, Purpose.STRUCTURE, 0, np.arange(n))
    return mutate_structure(
        packed_of(population),
        np.zeros(n, dtype=np.bool_),
        settings,
        tracker,
        streams,
        feed_forward=feed_forward,
    )


def known(population: Population) -> InnovationTracker:
    tracker = InnovationTracker()
    tracker.learn(population.genes)
    return tracker


def test_a_split_of_the_same_edge_gives_the_same_genes_in_every_genome() -> None:
    population = Population.first(30, 1, 1)
    settings = NEVER.with_changes(p_add_node=1.0, hidden_activation="sine")
    packed = grown(population, known(population), settings)
    for k in range(30):
        genes = packed.part(k)
        weight = population.genes.edge_weight[k]
        assert genes.node_id.tolist() == [0, 1, 2]
        assert genes.node_kind.tolist() == [0, 2, 1]
        assert genes.node_activation.tolist() == [0, 3, 4]
        assert genes.edge_innovation.tolist() == [0, 1, 2]
        assert genes.edge_source.tolist() == [0, 0, 2]
        assert genes.edge_target.tolist() == [1, 2, 1]
        assert genes.edge_weight.tolist() == [weight, 1.0, weight]
        assert genes.edge_enabled.tolist() == [False, True, True]


def test_the_same_change_in_a_later_generation_gets_the_same_number() -> None:
    population = Population.first(20, 3, 2)
    tracker = known(population)
    first = grown(population, tracker)
    state = tracker.to_arrays()
    again = grown(population, tracker)
    assert first.genes == again.genes
    assert {k: v.tolist() for k, v in tracker.to_arrays().items()} == {
        k: v.tolist() for k, v in state.items()
    }


@given(populations(), st.integers(0, 2**32), st.booleans())
def test_one_number_stands_for_one_pair_of_nodes_and_genomes_stay_valid(
    population: Population, seed: int, feed_forward: bool
) -> None:
    names = ("p_add_node", "p_add_connection", "p_remove_node", "p_remove_connection", "p_toggle")
    settings = Settings().with_changes(**dict.fromkeys(names, 0.5))
    tracker = known(population)
    packed = grown(population, tracker, settings, seed, feed_forward=feed_forward)
    pairs: dict[int, tuple[int, int]] = {}
    for k in range(len(population)):
        genes = packed.part(k)
        check_genome(genes, feed_forward=feed_forward)
        ends = zip(genes.edge_source.tolist(), genes.edge_target.tolist(), strict=True)
        for number, pair in zip(genes.edge_innovation.tolist(), ends, strict=True):
            assert pairs.setdefault(number, pair) == pair
    assert len(set(pairs.values())) == len(pairs)
    tracker.learn(packed.genes)  # raises if the tracker knew other numbers


def test_no_change_returns_the_very_same_genes() -> None:
    population = Population.first(5, 2, 1)
    packed = grown(population, known(population), NEVER)
    assert packed.genes is population.genes


def test_a_genome_the_tracker_does_not_know_is_refused() -> None:
    with pytest.raises(ValueError, match="edge_innovations must be numbers of known connections"):
        grown(Population.first(5, 2, 1), InnovationTracker())


@pytest.mark.parametrize(("limit", "wanted"), [(0.25, 0.25), (3.0, 1.0)])
def test_the_edge_into_a_splitting_node_has_weight_one_within_the_limit(
    limit: float, wanted: float
) -> None:
    population = Population.first(1, 1, 1, sigma=0.1)
    settings = ALWAYS.with_changes(weight_clip=limit)
    genes = grown(population, known(population), settings).genes
    into = genes.edge_target == genes.node_id[-1]
    assert genes.node_id[-1] == 2
    assert genes.edge_weight[into].tolist() == [wanted]
