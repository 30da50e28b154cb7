"""A population is a sequence of live genomes; an assignment changes one row and nothing else."""

import copy
import pickle
import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.genes.strategies import finite, genomes, populations

from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.genes.gene import ConnectionGene, NodeGene
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.genes.table import PopulationTable
from spiral_monolith_neat_numpy.genes.validity import check_population


def same(one: Population, other: Population) -> bool:
    return (
        np.array_equal(one.node_offset, other.node_offset)
        and np.array_equal(one.edge_offset, other.edge_offset)
        and one.genes == other.genes
        and one.table == other.table
    )


def grown(genome: Genome) -> Genome:
    """Split the first connection, detaching the genome; return it."""
    split = genome.connections[0]
    split.enabled = False
    genome.nodes[9] = NodeGene(9, "hidden")
    genome.connections[50] = ConnectionGene(split.in_node, 9, 1.0, innovation=50)
    genome.connections[51] = ConnectionGene(9, split.out_node, split.weight, innovation=51)
    return genome


@given(st.integers(1, 3).flatmap(lambda n: st.lists(genomes(n, 2), max_size=4)))
def test_packing_genomes_and_viewing_them_is_identity(members: list[Genome]) -> None:
    population = Population.from_genomes(members)
    assert len(population) == len(members)
    assert list(population) == members
    assert population[:] == members
    assert all(view.is_view for view in population)
    assert same(Population.from_genomes(population), population)


@given(populations())
def test_copies_and_pickles_are_equal_and_share_nothing(population: Population) -> None:
    before = pickle.dumps(population)
    for twin in (
        population.copy(),
        copy.copy(population),
        copy.deepcopy(population),
        pickle.loads(before),
    ):
        assert same(twin, population)
        twin.genes.edge_weight[:] = 77.0
        twin.genes.node_bias[:] = 77.0
        twin[0].fitness = 77.0
        twin.node_offset[:] = 0
        assert pickle.dumps(population) == before


def test_the_mode_travels_and_the_hook_does_not() -> None:
    population = Population.first(2, 1, 1)
    population.feed_forward = False
    population.on_structure = InnovationTracker().learn
    for twin in (population.copy(), pickle.loads(pickle.dumps(population))):
        assert twin.feed_forward is False
        assert twin.on_structure is None


@given(populations(), st.data(), finite)
def test_a_view_writes_through_to_its_row_alone(
    population: Population, data: st.DataObject, value: float
) -> None:
    row = data.draw(st.integers(0, len(population) - 1))
    before = [genome.copy() for genome in population]
    view = population[row]
    for node in view.nodes.values():
        node.bias, node.activation = value, "sine"
    for gene in view.connections.values():
        gene.weight, gene.enabled = value, True
    view.fitness = 12.5
    assert view.is_view
    assert population[row] == view
    nodes = slice(population.node_offset[row], population.node_offset[row + 1])
    edges = slice(population.edge_offset[row], population.edge_offset[row + 1])
    assert (population.genes.node_bias[nodes] == value).all()
    assert (population.genes.edge_weight[edges] == value).all()
    assert population.table.fitness[row] == 12.5
    for other in set(range(len(population))) - {row}:
        assert population[other] == before[other]


@given(populations(), st.data())
def test_writes_into_the_packed_arrays_show_in_views(
    population: Population, data: st.DataObject
) -> None:
    row = data.draw(st.integers(0, len(population) - 1))
    view = population[row]
    population.genes.node_bias[:] = 3.0
    population.table.sex[row] = 2
    population.genes_of(row).edge_weight[:] = 4.0
    assert all(node.bias == 3.0 for node in view.nodes.values())
    assert all(gene.weight == 4.0 for gene in view.connections.values())
    assert view.sex == "male"


@given(populations(), st.data())
def test_a_structural_edit_detaches_and_leaves_the_population_unchanged(
    population: Population, data: st.DataObject
) -> None:
    before = pickle.dumps(population)
    view = population[data.draw(st.integers(0, len(population) - 1))]
    kept = view.nodes[0]
    edit = data.draw(st.sampled_from(["add node", "add connection", "delete", "retype"]))
    if edit == "add node":
        view.nodes[99] = NodeGene(99, "hidden")
    elif edit == "add connection":
        view.connections[9999] = ConnectionGene(0, 99, 1.0, innovation=9999)
    elif edit == "delete":
        del view.nodes[1]
    else:
        view.nodes[0] = NodeGene(0, "output")
    assert not view.is_view
    kept.bias = 5.5
    for gene in view.connections.values():
        gene.weight, gene.enabled = 5.5, False
    view.genes.node_activation[:] = 0
    view.fitness, view.regen, view.id = -1.0, True, 31337
    assert view.nodes[0].bias == 5.5
    assert pickle.dumps(population) == before


def test_an_edited_genome_takes_effect_by_assignment() -> None:
    population = Population.first(3, 2, 1, seed=4)
    others = [population[0].copy(), population[2].copy()]
    edited = grown(population[1])
    edited.fitness = 0.25
    population[1] = edited
    assert population[1] == edited
    assert population[1].is_view
    assert [population[0], population[2]] == others
    assert population.node_offset.tolist() == [0, 3, 7, 10]
    assert population.edge_offset.tolist() == [0, 2, 6, 8]
    assert population.table.fitness[1] == 0.25
    assert population.n_hidden().tolist() == [0, 1, 0]
    assert population.n_enabled().tolist() == [2, 3, 2]
    check_population(population)


def test_an_assigned_row_is_a_copy_that_views_write_into() -> None:
    population = Population.first(2, 2, 1)
    edited = grown(population[1])
    population[1] = edited
    view = population[1]
    view.connections[50].weight = 6.0
    view.fitness = 1.0
    assert edited.connections[50].weight == 1.0
    assert edited.fitness is None
    assert population.genes_of(1).edge_weight[2] == 6.0
    assert population.genes.edge_weight[population.edge_offset[1] + 2] == 6.0
    view.connections[50].weight = 7.0
    assert population[1].connections[50].weight == 7.0
    assert population.table.fitness[1] == 1.0


def test_views_of_other_rows_stay_live_over_an_assignment() -> None:
    population = Population.first(3, 2, 1)
    before, after = population[0], population[2]
    gene = after.connections[1]
    population[1] = grown(population[1])
    before.fitness = 2.0
    gene.weight = 3.0
    assert population[0].fitness == 2.0
    assert population.genes.edge_weight[-1] == 3.0
    gene.weight = 4.0
    assert population.genes.edge_weight[-1] == 4.0
    assert before.is_view
    assert after.is_view


def test_a_view_of_a_replaced_row_keeps_the_genome_it_showed() -> None:
    population = Population.first(2, 2, 1, seed=5)
    old, untouched = population[0], population[0].copy()
    population[0] = population[1]
    assert not old.is_view
    assert old == untouched
    old.fitness = 9.0
    old.connections[0].weight = 9.0
    assert population[0] == population[1]
    population[1] = old
    assert population[1] == old


@given(populations(min_size=2, max_size=6), st.randoms(use_true_random=False))
def test_swaps_and_shuffles_lose_no_genome(population: Population, rng: random.Random) -> None:
    members = [genome.copy() for genome in population]
    population[0], population[-1] = population[-1], population[0]
    members[0], members[-1] = members[-1], members[0]
    assert list(population) == members
    order = list(range(len(members)))
    state = rng.getstate()
    rng.shuffle(order)
    rng.setstate(state)
    rng.shuffle(population)  # type: ignore[arg-type]
    assert list(population) == [members[place] for place in order]
    check_population(population)


def test_assigning_a_live_view_to_its_own_row_keeps_it_live() -> None:
    population = Population.first(2, 1, 1)
    view = population[1]
    population[1] = view
    view.fitness = 4.0
    assert population[-1].fitness == 4.0


def test_old_generations_keep_their_arrays() -> None:
    old = Population.first(2, 1, 1)
    view = old[0]
    new = old.copy()
    new.genes.edge_weight[:] = 0.0
    assert view.connections[0].weight != 0.0
    del old
    view.fitness = 1.0
    assert view.is_view
    assert view.fitness == 1.0


def test_the_hook_hears_of_a_genome_before_it_is_assigned_and_can_refuse_it() -> None:
    population = Population.first(2, 2, 1)
    tracker = InnovationTracker()
    tracker.learn(population.genes)
    population.on_structure = tracker.learn
    population[0] = grown(population[0])
    assert (tracker.next_node, tracker.next_innovation) == (10, 52)
    taken = population[1].copy()
    taken.nodes[4] = NodeGene(4, "hidden")
    taken.connections[50] = ConnectionGene(1, 4, 1.0, innovation=50)
    before = pickle.dumps(population)
    with pytest.raises(GenomeError, match="innovation 50 must stand for one connection"):
        population[1] = taken
    assert pickle.dumps(population) == before


def test_a_genome_that_breaks_a_law_is_refused_and_nothing_changes() -> None:
    population = Population.first(2, 2, 1)
    broken = population[0]
    broken.connections[7] = ConnectionGene(0, 8, 1.0, innovation=7)
    before = pickle.dumps(population)
    with pytest.raises(GenomeError, match="connection 7 must join existing nodes"):
        population[0] = broken
    assert pickle.dumps(population) == before


def test_cycles_are_refused_in_feed_forward_mode_alone() -> None:
    population = Population.first(1, 1, 1)
    looped = grown(population[0])
    looped.connections[60] = ConnectionGene(9, 9, 1.0, innovation=60)
    with pytest.raises(GenomeError, match="no cycle, got 9 -> 9"):
        population[0] = looped
    population.feed_forward = False
    population[0] = looped
    assert population[0] == looped


def test_other_inputs_or_outputs_are_refused() -> None:
    population = Population.first(2, 2, 1)
    for shape, words in (((3, 1), "input nodes [0, 1], got [0, 1, 2]"), ((2, 2), "output nodes")):
        with pytest.raises(GenomeError) as caught:
            population[1] = Population.first(1, *shape)[0]
        assert words in str(caught.value)
        assert str(caught.value).startswith("population[1] must keep the")


def test_what_is_no_genome_is_refused() -> None:
    population = Population.first(2, 1, 1)
    with pytest.raises(TypeError, match=r"population\[0\] must be set to a Genome, got 5"):
        population[0] = 5  # type: ignore[assignment]
    with pytest.raises(TypeError):
        population[0:1] = population[0]  # type: ignore[index]


@given(populations())
def test_it_indexes_like_a_list(population: Population) -> None:
    n = len(population)
    assert [genome.id for genome in population] == population.table.id.tolist()
    assert population[-1] == population[n - 1] == population[np.int64(n - 1)]
    assert population[::-1] == list(population)[::-1] == list(reversed(population))
    assert population[0] in population
    for index in (n, -n - 1):
        with pytest.raises(IndexError, match=rf"must be from {-n} to {n - 1}, got {index}"):
            population[index]
        with pytest.raises(IndexError):
            population.genes_of(index)
        with pytest.raises(IndexError):
            population[index] = population[0]


@given(populations(max_size=5))
def test_counts_are_those_of_each_genome(population: Population) -> None:
    for counts in (population.n_hidden(), population.n_enabled()):
        assert counts.dtype == np.int64
    hidden, enabled = population.sizes()
    assert hidden.tolist() == population.n_hidden().tolist()
    assert enabled.tolist() == population.n_enabled().tolist()
    assert population.n_hidden().tolist() == [genome.n_hidden for genome in population]
    assert population.n_enabled().tolist() == [genome.n_enabled for genome in population]


def test_counts_follow_an_assignment() -> None:
    population = Population.first(2, 1, 1)
    population[1] = grown(population[1].copy())
    assert [counts.tolist() for counts in population.sizes()] == [[0, 1], [1, 2]]


@given(populations(max_size=5))
def test_counts_of_read_only_genes_are_the_same(population: Population) -> None:
    wanted = [counts.tolist() for counts in population.sizes()]
    for array in (*population.genes.arrays(), population.node_offset):
        array.flags.writeable = False
    assert [counts.tolist() for counts in population.sizes()] == wanted


@given(populations())
def test_a_trusted_population_is_one_of_the_very_arrays_it_is_given(
    population: Population,
) -> None:
    parts = population.node_offset, population.edge_offset, population.genes, population.table
    trusted = Population.trusted(*parts)
    assert same(trusted, population)
    assert trusted.genes is population.genes
    assert trusted.table is population.table
    assert trusted.feed_forward is True
    assert trusted.on_structure is None
    assert list(trusted) == list(population)
    trusted[0] = trusted[0].copy()
    assert trusted.genes is not population.genes


def test_an_empty_population_works() -> None:
    population = Population.from_genomes([])
    assert len(population) == 0
    assert list(population) == []
    assert population.n_hidden().tolist() == []
    assert same(pickle.loads(pickle.dumps(population)), population)


def test_views_share_memory_with_the_packed_arrays() -> None:
    population = Population.first(3, 2, 1)
    whole = population.genes
    for index in range(3):
        for mine, theirs in zip(population.genes_of(index).arrays(), whole.arrays(), strict=True):
            assert np.shares_memory(mine, theirs)
            assert mine.flags.c_contiguous
    assert population[1].genes is not whole


@pytest.mark.parametrize(
    ("node_offset", "message"),
    [
        ([0, 2], r"node_offset must have shape \(3,\) for a table of 2 rows, got \(2,\)"),
        ([0, 2, 5], r"node_offset must rise from 0 to the number of genes, 4, got \[0 2 5\]"),
        ([1, 2, 4], "node_offset must rise from 0"),
        ([0, 5, 4], "node_offset must rise from 0"),
    ],
)
def test_offsets_that_do_not_fit_are_refused(node_offset: list[int], message: str) -> None:
    whole = Population.first(2, 1, 1)
    with pytest.raises(ValueError, match=message):
        Population(np.array(node_offset), whole.edge_offset, whole.genes, whole.table)


def test_offsets_of_another_type_are_refused() -> None:
    none = np.zeros(1, dtype=np.int32)
    table = PopulationTable.joined([])
    with pytest.raises(ValueError, match="node_offset must be of type int64, got int32"):
        Population(none, none, Genes.empty(), table)  # type: ignore[arg-type]


def test_repr_tells_the_sizes() -> None:
    assert repr(Population.first(2, 2, 1)) == "Population(2 genomes, 6 nodes, 4 connections)"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"noise_scale": np.ones(3, np.int64)}, "noise_scale must be of type float64, got int64"),
        ({"id": np.arange(3, dtype=np.int32)}, "id must be of type int64, got int32"),
        ({"mother": np.zeros(6, np.int64)[::2]}, r"mother must be contiguous, got strides \(16,\)"),
        ({"birth": np.zeros(2, np.int64)}, r"birth must have shape \(3,\) as id, got \(2,\)"),
    ],
)
def test_columns_that_kernels_would_misread_are_refused(
    changes: dict[str, np.ndarray], message: str
) -> None:
    found = Population.first(3, 2, 1)
    table = replace(found.table, **changes)
    with pytest.raises(ValueError, match=f"^{message}$"):
        Population(found.node_offset, found.edge_offset, found.genes, table)
