"""Layers run from left to right, and the order within them saves crossings."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.pictures.images import networks

from spiral_monolith_neat_numpy.pictures.layering import (
    Grid,
    count_crossings,
    layers_of,
    make_grid,
    ordered_layers,
)
from spiral_monolith_neat_numpy.pictures.topology_data import TopologyData


def grid_of(data: TopologyData, max_bends: int = 400) -> Grid:
    source, target = data.edge_places()
    return make_grid(layers_of(data.node_kind, source, target), source, target, max_bends=max_bends)


def first_order(grid: Grid) -> list[np.ndarray[tuple[int, ...], np.dtype[np.int64]]]:
    return [np.flatnonzero(grid.layer == at) for at in range(int(grid.layer.max()) + 1)]


def test_layers_by_hand() -> None:
    # input 0, output 1, hidden 2 and 3: 0 -> 2 -> 3 -> 1 and the shortcut 0 -> 1
    layer = layers_of(np.array([0, 2, 1, 1]), np.array([0, 2, 3, 0]), np.array([2, 3, 1, 1]))
    assert layer.tolist() == [0, 3, 1, 2]


@given(networks())
def test_every_edge_runs_from_left_to_right(data: TopologyData) -> None:
    source, target = data.edge_places()
    layer = layers_of(data.node_kind, source, target)
    assert (layer[source] < layer[target]).all()
    assert (layer[data.node_kind == 0] == 0).all()
    assert (layer[data.node_kind == 2] == layer.max()).all()
    hidden = layer[data.node_kind == 1]
    assert ((hidden > 0) & (hidden < layer.max())).all()


@pytest.mark.parametrize(
    ("source", "target"), [([0, 1], [1, 2]), ([1, 0], [0, 2]), ([1, 2, 0], [2, 1, 3])]
)
def test_what_is_not_feed_forward_is_refused(source: list[int], target: list[int]) -> None:
    # input 0, output 1, hidden 2 and 3: out of an output, into an input, in a circle
    kind = np.array([0, 2, 1, 1]) if len(source) == 2 else np.array([0, 1, 1, 2])
    with pytest.raises(ValueError, match="only feed-forward networks can be drawn"):
        layers_of(kind, np.array(source), np.array(target))


@given(networks())
def test_segments_of_a_grid_with_bends_join_neighbouring_layers(data: TopologyData) -> None:
    grid = grid_of(data)
    assert (grid.layer[grid.target] - grid.layer[grid.source] == 1).all()
    for chain, edge in zip(grid.chains, np.stack(data.edge_places(), axis=1), strict=True):
        assert [chain[0], chain[-1]] == edge.tolist()


def test_too_many_bends_are_none_at_all() -> None:
    layer = np.array([0, 3, 1, 2])
    edges = np.array([0, 2, 3, 0]), np.array([2, 3, 1, 1])
    assert len(make_grid(layer, *edges, max_bends=2).layer) == 6
    assert len(make_grid(layer, *edges, max_bends=1).layer) == 4


def test_crossings_by_hand() -> None:
    # Two parallel lines, then the same with their ends exchanged.
    grid = Grid(np.array([0, 0, 1, 1]), np.array([0, 1]), np.array([2, 3]), (), 4)
    assert count_crossings(grid, [np.array([0, 1]), np.array([2, 3])]) == 0
    assert count_crossings(grid, [np.array([0, 1]), np.array([3, 2])]) == 1


@settings(max_examples=40, deadline=None)
@given(networks(), st.sampled_from([0, 400]))
def test_ordering_keeps_the_vertices_and_adds_no_crossing(
    data: TopologyData, max_bends: int
) -> None:
    grid = grid_of(data, max_bends)
    ordered = ordered_layers(grid, np.arange(grid.n_nodes))
    plain = first_order(grid)
    assert [sorted(layer) for layer in ordered] == [sorted(layer) for layer in plain]
    assert ordered[0].tolist() == plain[0].tolist()
    assert ordered[-1].tolist() == plain[-1].tolist()
    # The start of the search: bends where their edges begin.
    rank = np.arange(len(grid.layer), dtype=np.float64)
    for chain in grid.chains:
        rank[chain[1:-1]] = chain[0]
    start = [layer[np.argsort(rank[layer], kind="stable")] for layer in plain]
    assert count_crossings(grid, ordered) <= count_crossings(grid, start)


def test_a_twisted_ladder_is_untwisted() -> None:
    # Inputs 0-2 feed hidden nodes 5, 4, 3 and these outputs 6-8: no crossing is needed.
    layer = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2])
    source, target = np.array([0, 1, 2, 5, 4, 3]), np.array([5, 4, 3, 6, 7, 8])
    grid = make_grid(layer, source, target, max_bends=0)
    ordered = ordered_layers(grid, np.arange(9))
    assert ordered[1].tolist() == [5, 4, 3]
    assert count_crossings(grid, ordered) == 0
