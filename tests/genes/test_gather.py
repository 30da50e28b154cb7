"""Gathered genomes are copies of the ones picked."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.genes.strategies import populations

from spiral_monolith_neat_numpy.genes.gather import Packed, gather, running_sum
from spiral_monolith_neat_numpy.genes.population import Population


@given(populations(max_size=4), st.data())
def test_gathered_genomes_equal_the_ones_picked(
    population: Population, data: st.DataObject
) -> None:
    place = st.integers(0, len(population) - 1)
    picks = data.draw(st.lists(place, max_size=6))
    packed = gather(
        population.node_offset,
        population.edge_offset,
        population.genes,
        np.array(picks, dtype=np.int64),
    )
    assert [packed.part(k) for k in range(len(picks))] == [population[k].genes for k in picks]


def test_gathered_genomes_share_nothing_with_the_population() -> None:
    population = Population.first(3, 2, 1)
    args = (population.node_offset, population.edge_offset, population.genes)
    packed = gather(*args, np.array([1]))
    before = packed.part(0).copy()
    population.genes.edge_weight[:] = 9.0
    assert packed.part(0) == before


def test_running_sum_begins_at_zero() -> None:
    assert running_sum(np.array([2, 0, 3])).tolist() == [0, 2, 2, 5]
    assert running_sum(np.array([], dtype=np.int64)).tolist() == [0]


def test_empty_packed_genes_hold_no_genome() -> None:
    packed = Packed.empty()
    assert packed.node_offset.tolist() == packed.edge_offset.tolist() == [0]
    assert packed.genes.n_nodes == packed.genes.n_edges == 0
