"""A genome has what is promised, copies deeply, and compares by its values."""

import copy
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from tests.genes.strategies import genes, genomes

from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.genes.gene import ConnectionGene, NodeGene
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.packed import Genes


def overwrite(genome: Genome) -> None:
    """Change everything a genome has, through objects and through arrays."""
    for node in genome.nodes.values():
        node.bias += 1.0 if abs(node.bias) < 1e15 else -node.bias
    genome.genes.edge_weight[:] = 123.0
    genome.genes.edge_enabled[:] = ~genome.genes.edge_enabled
    genome.fitness = -5.5
    genome.sex = "male" if genome.sex != "male" else "female"
    genome.parents = (77,)
    genome.id += 1
    genome.nodes[99] = NodeGene(99, "hidden")


def test_a_new_genome_is_as_promised() -> None:
    genome = Genome()
    assert genome.id == 0
    assert Genome(genome_id=12).id == 12
    assert dict(genome.nodes) == {}
    assert dict(genome.connections) == {}
    assert genome.fitness is None
    assert genome.sex == "hermaphrodite"
    assert genome.regen is False
    assert genome.regen_mode == "split"
    assert genome.hybrid_scale == 1.0
    assert genome.head == "plain"
    assert genome.parents == ()
    assert genome.birth_generation == 0
    assert (genome.n_hidden, genome.n_enabled, genome.is_view) == (0, 0, False)


@pytest.mark.parametrize("bad", [-1, 0.5, "a", True])
def test_an_id_must_be_a_whole_number_from_zero(bad: object) -> None:
    with pytest.raises((TypeError, ValueError), match="genome_id must be"):
        Genome(bad)  # type: ignore[arg-type]


@given(genomes())
def test_changing_a_copy_never_changes_the_original(genome: Genome) -> None:
    before = pickle.dumps(genome)
    for twin in (
        genome.copy(),
        copy.copy(genome),
        copy.deepcopy(genome),
        pickle.loads(before),
    ):
        assert twin == genome
        overwrite(twin)
        assert twin != genome
        assert pickle.dumps(genome) == before


@given(genomes())
def test_changing_the_original_never_changes_a_copy(genome: Genome) -> None:
    twin = genome.copy()
    before = pickle.dumps(twin)
    overwrite(genome)
    assert pickle.dumps(twin) == before


@given(genes())
def test_from_genes_copies_and_gives_back_the_same_arrays(original: Genes) -> None:
    genome = Genome.from_genes(original, genome_id=4, head="softmax")
    assert genome.genes == original
    assert (genome.id, genome.head, genome.fitness) == (4, "softmax", None)
    for mine, theirs in zip(genome.genes.arrays(), original.arrays(), strict=True):
        assert not np.shares_memory(mine, theirs)
        assert mine.flags.writeable
        assert mine.flags.c_contiguous


def test_from_genes_refuses_a_wrong_layout() -> None:
    with pytest.raises(GenomeError, match="node_id must be of type int64, got float64"):
        Genome.from_genes(replace(Genes.empty(), node_id=np.zeros(0)))  # type: ignore[arg-type]


@given(genomes())
def test_counts_are_those_of_the_genes(genome: Genome) -> None:
    assert genome.n_hidden == sum(node.type == "hidden" for node in genome.nodes.values())
    assert genome.n_enabled == sum(gene.enabled for gene in genome.connections.values())


@given(genomes())
def test_equality_looks_at_genes_and_record(genome: Genome) -> None:
    assert genome == genome.copy()
    assert genome != genome.genes
    twin = genome.copy()
    twin.regen = not twin.regen
    assert twin != genome


def test_a_genome_is_unhashable_since_it_compares_by_values_that_change() -> None:
    with pytest.raises(TypeError, match="unhashable"):
        hash(Genome())


def test_repr_tells_id_sizes_and_fitness() -> None:
    genome = Genome(3)
    genome.nodes[0] = NodeGene(0, "input")
    genome.nodes[1] = NodeGene(1, "output")
    genome.connections[0] = ConnectionGene(0, 1, 1.0)
    genome.fitness = 0.5
    assert repr(genome) == "Genome(id=3, nodes=2, connections=1, fitness=0.5)"


def test_parents_are_at_most_two_ids() -> None:
    genome = Genome()
    for parents in ((), (4,), (4, 9)):
        genome.parents = parents
        assert genome.parents == parents
    with pytest.raises(ValueError, match=r"parents must be at most two ids, got \(1, 2, 3\)"):
        genome.parents = (1, 2, 3)
    with pytest.raises(ValueError, match="parents must be"):
        genome.parents = (-1,)
    assert genome.parents == (4, 9)


def test_genes_and_mappings_cannot_be_assigned_whole() -> None:
    for name in ("genes", "nodes", "connections", "n_hidden", "fitnes"):
        with pytest.raises(AttributeError):
            setattr(Genome(), name, {})
