"""Nodes of a column keep apart, edges run to the right, equal input gives equal places."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.pictures.images import network, networks

from spiral_monolith_neat_numpy.pictures.placing import curve, place, spaced
from spiral_monolith_neat_numpy.pictures.topology_data import TopologyData

NEAR = 1e-9


@settings(max_examples=60, deadline=None)
@given(networks())
def test_nodes_of_a_column_are_a_row_apart(data: TopologyData) -> None:
    layout = place(data, np.flatnonzero(data.edge_enabled))
    for column in np.unique(layout.x):
        rows = np.sort(layout.y[layout.x == column])
        assert (np.diff(rows) >= 1.0 - NEAR).all()
    assert (layout.room >= 1.0 - NEAR).all()
    assert layout.x.min() == 0.0
    assert layout.y.min() >= -NEAR


@settings(max_examples=60, deadline=None)
@given(networks())
def test_every_route_joins_its_nodes_from_left_to_right(data: TopologyData) -> None:
    drawn = np.flatnonzero(data.edge_enabled)
    layout = place(data, drawn)
    nodes = np.stack([layout.x, layout.y], axis=1)
    source, target = (places[drawn] for places in data.edge_places())
    for route, begin, end in zip(layout.routes, source, target, strict=True):
        assert (np.diff(route[:, 0]) > 0.0).all()
        assert np.array_equal(route[[0, -1]], nodes[[begin, end]])


@settings(max_examples=40, deadline=None)
@given(networks())
def test_no_line_with_bends_passes_through_a_node(data: TopologyData) -> None:
    layout = place(data, np.flatnonzero(data.edge_enabled))
    nodes = np.stack([layout.x, layout.y], axis=1)
    for route in layout.routes:
        for bend in route[1:-1]:
            column = nodes[nodes[:, 0] == bend[0]]
            assert (np.abs(column[:, 1] - bend[1]) >= 0.7 - NEAR).all()


def test_inputs_lie_in_order_from_the_top_at_equal_distances() -> None:
    data = network(5, 6, 3, 0.5)
    layout = place(data, np.flatnonzero(data.edge_enabled))
    for kind in (0, 2):
        steps = np.diff(layout.y[data.places(kind)])
        assert (steps < 0.0).all()
        assert np.allclose(steps, steps[0])


def test_equal_networks_get_equal_places() -> None:
    first, second = (network(4, 9, 2, 0.4, seed=3) for _ in range(2))
    drawn = np.flatnonzero(first.edge_enabled)
    a, b = place(first, drawn), place(second, drawn)
    assert np.array_equal(a.y, b.y)
    assert all(np.array_equal(x, y) for x, y in zip(a.routes, b.routes, strict=True))


@given(st.lists(st.tuples(st.floats(-100.0, 100.0), st.floats(0.1, 3.0)), min_size=1, max_size=20))
def test_spaced_keeps_the_gaps_and_the_mean(pairs: list[tuple[float, float]]) -> None:
    wanted = np.array([pair[0] for pair in pairs])
    gap = np.array([pair[1] for pair in pairs[1:]])
    placed = spaced(wanted, gap)
    assert (np.diff(placed) >= gap - 1e-6).all()
    assert placed.mean() == pytest.approx(wanted.mean(), abs=1e-6)


def test_spaced_by_hand() -> None:
    # The first two want the same place: they part by half a gap each. The third has room.
    assert spaced(np.array([1.0, 1.0, 5.0]), np.array([1.0, 1.0])).tolist() == [0.5, 1.5, 5.0]


@given(st.lists(st.floats(-50.0, 50.0), min_size=2, max_size=8))
def test_curve_passes_its_points_without_overshoot(rows: list[float]) -> None:
    route = np.stack([np.arange(len(rows), dtype=np.float64), rows], axis=1)
    line = curve(route, n_per_span=10)
    assert (np.diff(line[:, 0]) > 0.0).all()
    assert np.allclose(line[::10], route)
    for at in range(len(rows) - 1):
        piece = line[10 * at : 10 * at + 11, 1]
        low, high = sorted(rows[at : at + 2])
        assert piece.min() >= low - 1e-6
        assert piece.max() <= high + 1e-6
