"""Where the nodes of a layered network lie and how its edges run between them."""

from dataclasses import dataclass

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.pictures.layering import (
    Grid,
    layers_of,
    make_grid,
    ordered_layers,
)
from spiral_monolith_neat_numpy.pictures.topology_data import TopologyData

_MAX_BENDS = 400
_SWEEPS = 30
_GAP_BENDS = 0.4  # rows between two bends; two nodes have 1
_GAP_MIXED = 0.7
_WIDEST = 4.0  # rows between two nodes of a sparse layer at most, about;
_WIDEST_SHARE = 0.08  # or this share of the tallest layer
_STRAIGHTEN = 6.0  # pull between two bends of an edge, against 1 between nodes


@dataclass(frozen=True)
class Layout:
    """Places in columns and rows; x grows to the right, y upwards, both from 0.

    Attributes:
        x: ``(n_nodes,)`` column of each node.
        y: ``(n_nodes,)`` row of each node; nodes of a column are 1 apart at least.
        room: ``(n_nodes,)`` rows to the nearest node of its column, or to the nearest
            line, that counted 1 / 0.7; infinite where it is alone. At least 1.
        routes: per drawn edge the ``(n_points, 2)`` points it passes, x rising.
    """

    x: FloatArray
    y: FloatArray
    room: FloatArray
    routes: tuple[FloatArray, ...]


def place(data: TopologyData, drawn: IntArray) -> Layout:
    """Return the layout of a network.

    Args:
        data: the network.
        drawn: places of the edges that are drawn.

    Raises:
        ValueError: the drawn edges run in a circle, into an input or out of an output.
    """
    source, target = (places[drawn] for places in data.edge_places())
    layer = layers_of(data.node_kind, source, target)
    grid = make_grid(layer, source, target, max_bends=_MAX_BENDS)
    rank = np.argsort(np.argsort(data.node_id, kind="stable"), kind="stable")
    layers = ordered_layers(grid, rank)
    rows = _rows(grid, layers)
    y = rows.max() - rows  # rows count downwards
    x = grid.layer.astype(np.float64)
    points = np.stack([x, y], axis=1)
    routes = tuple(points[chain] for chain in grid.chains)
    n = grid.n_nodes
    return Layout(x[:n], y[:n], _room(grid, layers, rows), routes)


def curve(route: FloatArray, n_per_span: int = 48) -> FloatArray:
    """Return points of a smooth curve through a route that never turns back in x.

    Cubic Hermite pieces, flat at both ends; inner slopes are harmonic means of their
    neighbours, so the curve does not overshoot (Fritsch & Carlson 1980).
    """
    x, y = route[:, 0], route[:, 1]
    step = np.diff(x)
    chord = np.diff(y) / step
    slope = np.zeros(len(route))
    same = chord[:-1] * chord[1:] > 0.0
    total = chord[:-1] + chord[1:]
    slope[1:-1][same] = 2.0 * chord[:-1][same] * chord[1:][same] / total[same]
    t = np.arange(n_per_span)[None, :] / n_per_span
    low, high, h = y[:-1, None], y[1:, None], step[:, None]
    blend = t * t * (3.0 - 2.0 * t)
    rise = low + (high - low) * blend
    rise += h * t * (1.0 - t) * ((1.0 - t) * slope[:-1, None] - t * slope[1:, None])
    along = x[:-1, None] + h * t
    inner = np.stack([along.ravel(), rise.ravel()], axis=1)
    return np.concatenate([inner, route[-1:]])


def spaced(wanted: FloatArray, gap: FloatArray) -> FloatArray:
    """Return the values closest to ``wanted`` (least squares) that keep their gaps.

    Pool adjacent violators (Barlow et al. 1972) on the values less the gaps before them.

    Args:
        wanted: ``(n,)`` wanted places, in the order to keep.
        gap: ``(n - 1,)`` least differences between neighbours.
    """
    before = np.concatenate([[0.0], np.cumsum(gap)])
    sums: list[float] = []
    counts: list[int] = []
    for value in (wanted - before).tolist():
        sums.append(value)
        counts.append(1)
        while len(sums) > 1 and sums[-2] / counts[-2] > sums[-1] / counts[-1]:
            sums[-2:] = [sums[-2] + sums[-1]]
            counts[-2:] = [counts[-2] + counts[-1]]
    means = np.array(sums) / np.array(counts)
    placed: FloatArray = np.repeat(means, counts) + before
    return placed


def _rows(grid: Grid, layers: list[IntArray]) -> FloatArray:
    """Return each vertex's row: near its neighbours' mean, in order, with room around it."""
    gaps = _gaps(grid, layers)
    rows = np.zeros(len(grid.layer))
    for vertices, gap in zip(layers, gaps, strict=True):
        rows[vertices] = np.concatenate([[0.0], np.cumsum(gap)]) - gap.sum() / 2.0
    is_bend = np.arange(len(grid.layer)) >= grid.n_nodes
    n_bends = is_bend[grid.source].astype(np.int64) + is_bend[grid.target]
    pull = np.array([1.0, 2.0, _STRAIGHTEN])[n_bends]
    for sweep in range(_SWEEPS):
        order = range(len(layers)) if sweep % 2 == 0 else reversed(range(len(layers)))
        for at in order:
            vertices = layers[at]
            wanted = _neighbours_mean(grid, pull, rows)[vertices]
            if at in (0, len(layers) - 1):
                # Inputs and outputs stay evenly spaced: they move as one.
                rows[vertices] += float((wanted - rows[vertices]).mean())
            else:
                rows[vertices] = spaced(wanted, gaps[at])
    placed: FloatArray = rows - rows.min()
    return placed


def _room(grid: Grid, layers: list[IntArray], rows: FloatArray) -> FloatArray:
    """Return the distance of each node to its nearest neighbour; a bend counts as farther."""
    room = np.full(len(grid.layer), np.inf)
    for vertices in layers:
        bend = vertices >= grid.n_nodes
        scale = np.where(bend[:-1] | bend[1:], _GAP_MIXED, 1.0)
        distance = np.diff(rows[vertices]) / scale
        np.minimum.at(room, vertices[:-1], distance)
        np.minimum.at(room, vertices[1:], distance)
    return room[: grid.n_nodes]


def _gaps(grid: Grid, layers: list[IntArray]) -> list[FloatArray]:
    """Return the least distances in each layer; where there is room, nodes get more of it."""
    gaps = []
    for vertices in layers:
        bend = (vertices >= grid.n_nodes).astype(np.int64)
        n_bends = bend[:-1] + bend[1:]
        gaps.append(np.array([1.0, _GAP_MIXED, _GAP_BENDS])[n_bends])
    tallest = max(float(gap.sum()) for gap in gaps)
    widest = max(_WIDEST, _WIDEST_SHARE * tallest)
    widened = []
    for gap in gaps:
        factor = np.clip(0.8 * tallest / max(float(gap.sum()), 1.0), 1.0, widest)
        widened.append(gap * factor)
    return widened


def _neighbours_mean(grid: Grid, pull: FloatArray, rows: FloatArray) -> FloatArray:
    n = len(rows)
    sums = np.bincount(grid.source, weights=pull * rows[grid.target], minlength=n)
    sums += np.bincount(grid.target, weights=pull * rows[grid.source], minlength=n)
    weight = np.bincount(grid.source, weights=pull, minlength=n)
    weight += np.bincount(grid.target, weights=pull, minlength=n)
    mean: FloatArray = np.where(weight > 0.0, sums / np.maximum(weight, 1e-9), rows)
    return mean
