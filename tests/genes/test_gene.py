"""Genes that stand alone: what is fixed, what can be set, and to what."""

import copy
import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.genes.strategies import finite

from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS, NODE_KINDS
from spiral_monolith_neat_numpy.genes.gene import ConnectionGene, NodeGene
from spiral_monolith_neat_numpy.genes.live import MAX_ID

ids = st.integers(0, MAX_ID)
nodes = st.builds(NodeGene, ids, st.sampled_from(NODE_KINDS), finite, st.sampled_from(ACTIVATIONS))
connections = st.builds(ConnectionGene, ids, ids, finite, st.booleans(), ids)


def test_a_node_has_its_values_and_defaults() -> None:
    node = NodeGene(7, "hidden")
    assert (node.id, node.type, node.bias, node.activation) == (7, "hidden", 0.0, "tanh")
    node.bias, node.activation = -2, "relu"
    assert node == NodeGene(node_id=7, node_type="hidden", bias=-2.0, activation="relu")
    assert [type(value) for value in node.values()] == [int, str, float, str]


def test_a_connection_has_its_values_and_defaults() -> None:
    gene = ConnectionGene(0, 3, 0.5)
    found = (gene.in_node, gene.out_node, gene.weight, gene.enabled, gene.innovation)
    assert found == (0, 3, 0.5, True, 0)
    gene.weight, gene.enabled = np.float32(0.25), np.bool_(False)  # type: ignore[assignment]
    assert gene == ConnectionGene(in_node=0, out_node=3, weight=0.25, enabled=False, innovation=0)
    assert gene.enabled is False


@given(nodes | connections)
def test_repr_pickle_and_copies_give_an_equal_gene_of_its_own(
    gene: NodeGene | ConnectionGene,
) -> None:
    named = {"NodeGene": NodeGene, "ConnectionGene": ConnectionGene}
    twins = [
        eval(repr(gene), named),
        pickle.loads(pickle.dumps(gene)),
        copy.copy(gene),
        copy.deepcopy(gene),
    ]
    for twin in twins:
        assert twin == gene
        if isinstance(twin, NodeGene):
            twin.activation = "sine" if twin.activation != "sine" else "tanh"
        else:
            twin.enabled = not twin.enabled
        assert twin != gene


def test_sorts_of_genes_are_never_equal_and_none_is_hashable() -> None:
    assert NodeGene(0, "input") != ConnectionGene(0, 0, 0.0)
    assert NodeGene(0, "input") != NodeGene(0, "output")
    for gene in (NodeGene(0, "input"), ConnectionGene(0, 1, 0.0)):
        with pytest.raises(TypeError, match="unhashable"):
            hash(gene)


@pytest.mark.parametrize("name", ["id", "type"])
def test_a_node_refuses_another_identity(name: str) -> None:
    node = NodeGene(7, "hidden")
    with pytest.raises(AttributeError, match=rf"the {name} of a NodeGene is fixed \("):
        setattr(node, name, getattr(node, name))


@pytest.mark.parametrize("name", ["in_node", "out_node", "innovation"])
def test_a_connection_refuses_other_ends(name: str) -> None:
    with pytest.raises(AttributeError, match=rf"the {name} of a ConnectionGene is fixed \(4\)"):
        setattr(ConnectionGene(4, 4, 1.0, innovation=4), name, 5)


def test_a_gene_refuses_attributes_it_does_not_have() -> None:
    with pytest.raises(AttributeError):
        NodeGene(0, "input").wieght = 1.0  # type: ignore[attr-defined]


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -np.inf, np.float64("nan")])
def test_a_parameter_that_is_not_finite_is_refused_and_changes_nothing(bad: float) -> None:
    node, gene = NodeGene(0, "input"), ConnectionGene(0, 1, 1.0)
    with pytest.raises(ValueError, match="bias must be a finite number, got"):
        node.bias = bad
    with pytest.raises(ValueError, match="weight must be a finite number, got"):
        gene.weight = bad
    assert (node.bias, gene.weight) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((-1, "input"), "node_id must be"),
        ((MAX_ID + 1, "input"), "node_id must be"),
        ((0, "bias"), "node_type must be one of 'input', 'hidden', 'output', got 'bias'"),
        ((0, "input", 0.0, "step"), "activation must be one of"),
    ],
)
def test_a_node_out_of_range_is_refused(arguments: tuple[object, ...], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        NodeGene(*arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((0.5, 1, 1.0), "in_node must be a whole number .*, got 0.5"),
        ((0, "1", 1.0), "out_node must be a whole number .*, got '1'"),
        ((0, 1, "w"), "weight must be a number, got 'w'"),
        ((0, 1, 1.0, 1), "enabled must be True or False, got 1"),
        ((0, 1, 1.0, True, None), "innovation must be a whole number .*, got None"),
    ],
)
def test_a_connection_of_wrong_types_is_refused(
    arguments: tuple[object, ...], message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        ConnectionGene(*arguments)  # type: ignore[arg-type]
