"""Nodes and connections behave as dictionaries whose genes are live."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.genes.strategies import finite, genomes

from spiral_monolith_neat_numpy.genes.gene import ConnectionGene, NodeGene
from spiral_monolith_neat_numpy.genes.genome import Genome


def small() -> Genome:
    genome = Genome()
    genome.nodes[0] = NodeGene(0, "input", activation="identity")
    genome.nodes[1] = NodeGene(1, "output")
    genome.connections[5] = ConnectionGene(0, 1, 0.5, innovation=5)
    return genome


@given(genomes())
def test_rebuilding_a_genome_gene_by_gene_in_any_order_gives_its_arrays(genome: Genome) -> None:
    built = Genome()
    for key in reversed(list(genome.nodes)):
        built.nodes[key] = genome.nodes[key]
    built.connections.update(dict(reversed(list(genome.connections.items()))))
    assert built.genes == genome.genes


@given(genomes())
def test_they_read_like_dictionaries(genome: Genome) -> None:
    nodes, connections = dict(genome.nodes), dict(genome.connections)
    assert list(nodes) == sorted(nodes) == genome.genes.node_id.tolist()
    assert list(connections) == sorted(connections)
    assert len(genome.nodes) == len(nodes) == genome.genes.n_nodes
    assert len(genome.connections) == len(connections) == genome.genes.n_edges
    assert all(key in genome.nodes and gene.id == key for key, gene in nodes.items())
    assert all(gene.innovation == key for key, gene in genome.connections.items())
    assert genome.nodes == nodes
    assert genome.connections == connections
    assert repr(genome.nodes) == repr(nodes)
    assert repr(genome.connections) == repr(connections)
    assert all(type(key) is int for key in (*nodes, *connections))


@given(genomes(), st.data(), finite)
def test_a_gene_writes_through_to_its_genome(
    genome: Genome, data: st.DataObject, value: float
) -> None:
    key = data.draw(st.sampled_from(list(genome.nodes)))
    node = genome.nodes[key]
    node.bias, node.activation = value, "gaussian"
    assert genome.nodes[key] == NodeGene(key, node.type, value, "gaussian")
    for innovation, gene in genome.connections.items():
        gene.weight, gene.enabled = value, False
        assert genome.connections[innovation].weight == value
    assert genome.n_enabled == 0
    assert (genome.genes.edge_weight == value).all()


def test_a_gene_stays_live_over_structural_edits_of_its_genome() -> None:
    genome = small()
    gene, node = genome.connections[5], genome.nodes[1]
    genome.nodes[2] = NodeGene(2, "hidden")
    genome.connections[3] = ConnectionGene(0, 2, 1.0, innovation=3)
    gene.weight, node.bias = 0.75, 2.0
    assert genome.connections[5].weight == 0.75
    assert genome.nodes[1].bias == 2.0
    genome.connections[5].weight = 9.0
    assert gene.weight == 9.0


def test_a_gene_put_into_a_genome_becomes_live() -> None:
    genome = small()
    node, gene = NodeGene(2, "hidden"), ConnectionGene(0, 2, 1.0, innovation=6)
    genome.nodes[2], genome.connections[6] = node, gene
    node.bias, gene.enabled = 3.0, False
    assert genome.nodes[2].bias == 3.0
    assert genome.n_enabled == 1


def test_a_gene_of_one_genome_put_into_another_stays_with_the_first() -> None:
    first, second = small(), small()
    node, gene = first.nodes[1], ConnectionGene(0, 1, 7.0, innovation=5)
    node.bias = 4.0
    second.nodes[1] = node
    first.connections[5] = gene
    second.connections[5] = gene
    node.bias, gene.weight = 5.0, 8.0
    assert (first.nodes[1].bias, first.connections[5].weight) == (5.0, 8.0)
    assert (second.nodes[1].bias, second.connections[5].weight) == (4.0, 7.0)


def test_a_removed_gene_keeps_its_values_and_leaves_the_genome_alone() -> None:
    genome = small()
    popped, node = genome.connections.pop(5), genome.nodes[1]
    assert popped == ConnectionGene(0, 1, 0.5, innovation=5)
    popped.weight = 2.0
    assert popped.weight == 2.0
    del genome.nodes[1]
    node.bias = 1.0
    assert (node.id, node.bias) == (1, 1.0)
    genome.nodes[1] = NodeGene(1, "output")
    assert genome.nodes[1].bias == 0.0
    genome.connections[5] = popped
    popped.weight = 3.0
    assert genome.connections[5].weight == 3.0


def test_another_type_or_other_ends_under_the_same_key_replace_the_gene() -> None:
    genome = small()
    genome.nodes[2] = NodeGene(2, "hidden")
    genome.nodes[2] = NodeGene(2, "output", 1.5, "relu")
    assert genome.nodes[2] == NodeGene(2, "output", 1.5, "relu")
    genome.connections[5] = ConnectionGene(0, 2, 1.0, False, 5)
    assert genome.connections[5] == ConnectionGene(0, 2, 1.0, False, 5)
    assert (len(genome.nodes), len(genome.connections)) == (3, 1)


def test_clear_and_setdefault_work() -> None:
    genome = small()
    assert genome.nodes.setdefault(0, NodeGene(0, "output")).type == "input"
    genome.connections.clear()
    assert dict(genome.connections) == {}
    assert genome.genes.n_nodes == 2


@pytest.mark.parametrize("key", [9, -1, "0", None, 10**30])
def test_an_unknown_key_is_a_key_error(key: object) -> None:
    genome = small()
    for mapping in (genome.nodes, genome.connections):
        assert key not in mapping
        with pytest.raises(KeyError):
            mapping[key]  # type: ignore[index]
        with pytest.raises(KeyError):
            del mapping[key]  # type: ignore[arg-type]


def test_numpy_integers_are_keys() -> None:
    genome = small()
    assert genome.nodes[np.int64(1)].id == 1  # type: ignore[index]
    assert np.int32(5) in genome.connections


def test_a_key_that_is_not_the_genes_own_is_refused() -> None:
    genome = small()
    with pytest.raises(ValueError, match=r"nodes\[3\] must be set to a gene with id 3, got Node"):
        genome.nodes[3] = NodeGene(4, "hidden")
    with pytest.raises(ValueError, match=r"connections\[3\] .* innovation=3, got Conn"):
        genome.connections[3] = ConnectionGene(0, 1, 0.5)
    assert genome == small()


def test_what_is_no_gene_is_refused() -> None:
    genome = small()
    with pytest.raises(TypeError, match=r"nodes\[0\] must be set to a NodeGene, got 0.5"):
        genome.nodes[0] = 0.5  # type: ignore[assignment]
    with pytest.raises(TypeError, match=r"connections\[5\] must be set to a ConnectionGene, got"):
        genome.connections[5] = genome.nodes[0]  # type: ignore[assignment]
