"""Topology data are checked and follow a genome's arrays."""

from typing import Any

import numpy as np
import pytest

from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.pictures.topology_data import TopologyData

GOOD: dict[str, Any] = {
    "node_id": [0, 1, 2],
    "node_kind": [0, 2, 1],
    "node_activation": ["identity", "sigmoid", "tanh"],
    "node_bias": [0.0, 0.5, -0.5],
    "edge_source": [0, 2],
    "edge_target": [2, 1],
    "edge_weight": [1.0, -2.0],
    "edge_enabled": [True, False],
}


def test_from_genes_names_the_activations() -> None:
    genes = Genes(
        node_id=np.array([0, 1, 2]),
        node_kind=np.array([0, 2, 1], dtype=np.int8),
        node_activation=np.array([0, 3, 1], dtype=np.int8),
        node_bias=np.array([0.0, 0.5, -0.5]),
        edge_innovation=np.array([4, 9]),
        edge_source=np.array([0, 2]),
        edge_target=np.array([2, 1]),
        edge_weight=np.array([1.0, -2.0]),
        edge_enabled=np.array([True, False]),
    )
    data, expected = TopologyData.from_genes(genes), TopologyData(**GOOD)
    for name in GOOD:
        assert np.array_equal(getattr(data, name), getattr(expected, name))


def test_places_follow_ids_in_any_order() -> None:
    data = TopologyData(
        **{**GOOD, "node_id": [7, 3, 5], "edge_source": [7, 5], "edge_target": [5, 3]}
    )
    source, target = data.edge_places()
    assert source.tolist() == [0, 2]
    assert target.tolist() == [2, 1]
    assert TopologyData(**{**GOOD, "node_id": [2, 1, 0], "node_kind": [0, 2, 0]}).places(
        0
    ).tolist() == [2, 0]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"node_bias": [0.0]}, r"node_bias must have shape \(3,\) to match node_id"),
        ({"edge_weight": [0.0]}, r"edge_weight must have shape \(2,\) to match edge_source"),
        ({"node_id": [0, 1, 1]}, "node_id must hold unique ids"),
        ({"node_kind": [0, 2, 3]}, "node_kind must hold 0"),
        ({"node_kind": [0, 1, 1]}, r"an input \(0\) and an output \(2\) at least"),
        ({"edge_target": [2, 8]}, "edge_target must hold ids of node_id, got 8"),
        ({"edge_weight": [0.0, np.nan]}, "edge_weight must hold finite numbers"),
        ({"node_bias": [0.0, np.inf, 0.0]}, "node_bias must hold finite numbers"),
    ],
)
def test_wrong_arrays_are_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        TopologyData(**{**GOOD, **changes})
