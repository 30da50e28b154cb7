"""Layers of a feed-forward network and the order within them that saves crossings.

Sugiyama, Tagawa & Toda (1981), "Methods for visual understanding of hierarchical system
structures": layers by longest path, bends where an edge passes a layer, barycentre sweeps.
"""

from dataclasses import dataclass

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.genes.codes import INPUT, OUTPUT

_SWEEPS = 12
_SWAP_PASSES = 6
_SWAPPED = 120  # vertices up to which neighbours are swapped one by one


@dataclass(frozen=True)
class Grid:
    """A layered graph: the nodes and, after them, the bends of edges that pass a layer.

    Attributes:
        layer: ``(n_vertices,)`` layer of each vertex, from 0.
        source, target: ``(n_segments,)`` vertices that the segments join, left and right.
        chains: per edge the vertices it passes, from source to target.
        n_nodes: the first vertices are nodes, the others bends.
    """

    layer: IntArray
    source: IntArray
    target: IntArray
    chains: tuple[IntArray, ...]
    n_nodes: int


def layers_of(kind: IntArray, source: IntArray, target: IntArray) -> IntArray:
    """Return each node's layer: the length of the longest path to it from the left.

    Inputs make the first layer, outputs together the last, hidden nodes lie between.

    Args:
        kind: ``(n_nodes,)`` 0 input, 1 hidden, 2 output.
        source: ``(n_edges,)`` places of the nodes where the edges begin.
        target: ``(n_edges,)`` places of the nodes where they end.

    Raises:
        ValueError: edges run in a circle, into an input or out of an output.
    """
    if (kind[target] == INPUT).any() or (kind[source] == OUTPUT).any():
        raise ValueError(
            "only feed-forward networks can be drawn: no edge may run into an input "
            "or out of an output"
        )
    layer = np.where(kind == INPUT, 0, 1)
    for _ in range(len(kind) + 1):
        raised = layer.copy()
        np.maximum.at(raised, target, layer[source] + 1)
        if np.array_equal(raised, layer):
            layer[kind == OUTPUT] = _last_layer(layer, kind)
            return layer
        layer = raised
    raise ValueError("only feed-forward networks can be drawn, got edges in a circle")


def make_grid(layer: IntArray, source: IntArray, target: IntArray, *, max_bends: int) -> Grid:
    """Return the layered graph, with bends if there are at most ``max_bends`` of them.

    Args:
        layer: ``(n_nodes,)`` layers.
        source: ``(n_edges,)`` places of the nodes where the edges begin.
        target: ``(n_edges,)`` places of the nodes where they end.
        max_bends: with more, long edges run straight and pass the layers where they may.
    """
    spans = layer[target] - layer[source] - 1
    bends = np.where(spans.sum() <= max_bends, spans, 0)
    first = len(layer) + np.cumsum(bends) - bends
    chains = tuple(
        np.array([begin, *range(at, at + n), end])
        for begin, at, n, end in zip(source, first, bends, target, strict=True)
    )
    bend_layers = [layer[begin] + 1 + np.arange(n) for begin, n in zip(source, bends, strict=True)]
    return Grid(
        layer=np.concatenate([layer, *bend_layers]).astype(np.int64),
        source=np.concatenate([np.empty(0, np.int64), *(chain[:-1] for chain in chains)]),
        target=np.concatenate([np.empty(0, np.int64), *(chain[1:] for chain in chains)]),
        chains=chains,
        n_nodes=len(layer),
    )


def ordered_layers(grid: Grid, first_order: IntArray) -> list[IntArray]:
    """Return the vertices of each layer from top to bottom, few of their segments crossing.

    The first and the last layer keep their first order: a reader looks for input 3 between
    input 2 and input 4.

    Args:
        grid: the layered graph.
        first_order: ``(n_nodes,)`` rank of each node in the first order, from 0.
    """
    rank = np.arange(len(grid.layer), dtype=np.float64)
    rank[: grid.n_nodes] = first_order
    for chain in grid.chains:
        rank[chain[1:-1]] = rank[chain[0]]
    n_layers = int(grid.layer.max()) + 1
    layers = [_sorted(np.flatnonzero(grid.layer == at), rank) for at in range(n_layers)]
    best, fewest = layers, count_crossings(grid, layers)
    inner = range(1, n_layers - 1)
    for sweep in range(_SWEEPS):
        for at in inner if sweep % 2 == 0 else reversed(inner):
            layers = _by_barycentre(grid, layers, at, from_left=sweep % 2 == 0)
        crossings = count_crossings(grid, layers)
        if crossings < fewest:
            best, fewest = layers, crossings
    return _swapped(grid, best, fewest) if len(grid.layer) <= _SWAPPED else best


def count_crossings(grid: Grid, layers: list[IntArray]) -> int:
    """Return how many pairs of segments between the same two layers cross."""
    position = _positions(grid, layers)
    begin, end = position[grid.source], position[grid.target]
    left, right = grid.layer[grid.source], grid.layer[grid.target]
    alike = (left[:, None] == left) & (right[:, None] == right)
    crossed = (begin[:, None] < begin) & (end[:, None] > end)
    return int((alike & crossed).sum())


def _by_barycentre(
    grid: Grid, layers: list[IntArray], at: int, *, from_left: bool
) -> list[IntArray]:
    """Return the layers with one sorted by the mean position of its neighbours on one side."""
    position = _positions(grid, layers)
    mine, theirs = (grid.target, grid.source) if from_left else (grid.source, grid.target)
    n = len(grid.layer)
    sums = np.bincount(mine, weights=position[theirs], minlength=n)
    degree = np.bincount(mine, minlength=n)
    centre = np.where(degree > 0, sums / np.maximum(degree, 1), position)
    changed = list(layers)
    changed[at] = _sorted(layers[at], centre)
    return changed


def _swapped(grid: Grid, layers: list[IntArray], crossings: int) -> list[IntArray]:
    """Swap neighbours within the inner layers as long as that saves crossings."""
    for _ in range(_SWAP_PASSES):
        before = crossings
        for at in range(1, len(layers) - 1):
            for place in range(len(layers[at]) - 1):
                tried = list(layers)
                tried[at] = layers[at].copy()
                tried[at][[place, place + 1]] = layers[at][[place + 1, place]]
                n = count_crossings(grid, tried)
                if n < crossings:
                    layers, crossings = tried, n
        if crossings == before:
            break
    return layers


def _positions(grid: Grid, layers: list[IntArray]) -> FloatArray:
    """Return each vertex's place in its layer as a share of the layer, from 0 to 1."""
    position = np.empty(len(grid.layer))
    for vertices in layers:
        position[vertices] = (np.arange(len(vertices)) + 0.5) / max(len(vertices), 1)
    return position


def _sorted(vertices: IntArray, key: FloatArray) -> IntArray:
    return vertices[np.argsort(key[vertices], kind="stable")]


def _last_layer(layer: IntArray, kind: IntArray) -> int:
    inner = layer[kind != OUTPUT].max() + 1
    return int(max(inner, layer[kind == OUTPUT].max()))
