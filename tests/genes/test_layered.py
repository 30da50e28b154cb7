"""First genomes with a hidden layer: valid, sparse as told, numbered alike in all genomes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.genes.layered import Ends, HiddenLayer, layered_genes
from spiral_monolith_neat_numpy.genes.validity import check_genome

sizes = st.integers(1, 7)


@given(sizes, sizes, sizes, st.data())
def test_every_hidden_node_reads_its_share_and_feeds_every_output(
    n_inputs: int, n_outputs: int, n_nodes: int, data: st.DataObject
) -> None:
    fan_in = data.draw(st.integers(1, n_inputs))
    ends, layer = Ends(n_inputs, n_outputs), HiddenLayer(n_nodes, fan_in)
    genes = layered_genes(ends, layer, np.random.default_rng(0))
    check_genome(genes, num_inputs=n_inputs, num_outputs=n_outputs)
    for node in range(n_inputs + n_outputs, n_inputs + n_outputs + n_nodes):
        assert np.count_nonzero(genes.edge_target == node) == fan_in
        assert genes.edge_target[genes.edge_source == node].tolist() == list(
            range(n_inputs, n_inputs + n_outputs)
        )
    assert genes.n_edges == n_nodes * (fan_in + n_outputs)


@given(st.integers(0, 100), st.integers(0, 100))
def test_equal_edges_have_equal_numbers_beyond_those_of_direct_edges(one: int, other: int) -> None:
    ends, layer = Ends(5, 3), HiddenLayer(4, 2)
    edges: dict[int, tuple[int, int]] = {}
    for seed in (one, other):
        genes = layered_genes(ends, layer, np.random.default_rng(seed))
        for number, *edge in zip(
            genes.edge_innovation, genes.edge_source, genes.edge_target, strict=True
        ):
            source, target = map(int, edge)
            assert edges.setdefault(int(number), (source, target)) == (source, target)
    assert len(set(edges.values())) == len(edges)
    assert min(edges) >= 5 * 3


def test_activations_go_by_kind_of_node() -> None:
    layer = HiddenLayer(2, 1, "sine")
    genes = layered_genes(Ends(1, 1, "sigmoid"), layer, np.random.default_rng(0))
    assert genes.node_kind.tolist() == [0, 2, 1, 1]
    assert genes.node_activation.tolist() == [0, 3, 4, 4]


def test_more_inputs_than_there_are_cannot_be_read() -> None:
    with pytest.raises(ValueError, match=r"fan_in must be in \[1, 2\], got 3"):
        layered_genes(Ends(2, 1), HiddenLayer(2, 3), np.random.default_rng(0))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: HiddenLayer(0, 1), "n_nodes must be >= 1, got 0"),
        (lambda: HiddenLayer(1, 0), "fan_in must be >= 1, got 0"),
        (lambda: HiddenLayer(1, 1, "step"), "activation must be one of"),
        (lambda: Ends(0, 1), "num_inputs must be >= 1, got 0"),
        (lambda: Ends(1, 0), "num_outputs must be >= 1, got 0"),
        (lambda: Ends(1, 1, "step"), "output_activation must be one of"),
    ],
)
def test_value_out_of_range_is_named(make: object, message: str) -> None:
    assert callable(make)
    with pytest.raises(ValueError, match=message):
        make()
