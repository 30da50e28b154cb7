"""Gathered genomes are copies of the ones picked."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from tests.genes.strategies import populations

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.genes.gather import (
    Packed,
    as_kernels_take,
    gather,
    kernel_genomes,
    running_sum,
    unset_genes,
)
from spiral_monolith_neat_numpy.genes.packed import check_layout
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


def test_arrays_that_kernels_take_are_passed_on_and_others_are_copied() -> None:
    plain: AnyArray = np.arange(6.0)
    taken = as_kernels_take(plain)
    assert np.shares_memory(taken, plain)
    read_only = plain.copy()
    read_only.flags.writeable = False
    for array in (read_only, plain[::2], plain[::-1]):
        copied = as_kernels_take(array)
        assert copied.tolist() == array.tolist()
        assert copied.flags.c_contiguous
        assert copied.flags.writeable
        assert not np.shares_memory(copied, array)
    plain.flags.writeable = False
    assert taken.flags.writeable


def test_genomes_for_kernels_share_the_memory_of_all_that_can_be_written() -> None:
    population = Population.first(3, 2, 1)
    offsets, genes = (population.node_offset, population.edge_offset), population.genes
    genomes = kernel_genomes(*offsets, genes)
    assert np.shares_memory(genomes.node_offset, offsets[0])
    assert np.shares_memory(genomes.edge_offset, offsets[1])
    for mine, theirs in zip((*genomes.nodes, *genomes.edges), genes.arrays(), strict=True):
        assert np.shares_memory(mine, theirs)
    for array in (*offsets, genes.edge_weight):
        array.flags.writeable = False
    copied = kernel_genomes(*offsets, genes)
    assert np.shares_memory(copied.nodes.id, genes.node_id)
    assert copied.edges.weight.tolist() == genes.edge_weight.tolist()
    assert copied.edges.weight.flags.writeable
    assert copied.node_offset.flags.writeable


def test_unset_genes_have_their_sizes_and_types() -> None:
    for n_nodes, n_edges in ((0, 0), (3, 2)):
        genes = unset_genes(n_nodes, n_edges)
        check_layout(genes)
        assert (genes.n_nodes, genes.n_edges) == (n_nodes, n_edges)
