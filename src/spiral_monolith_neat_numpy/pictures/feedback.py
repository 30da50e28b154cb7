"""Edges against the direction of reading: which they are, and how they are drawn."""

from typing import TYPE_CHECKING

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, BoolArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.genes.codes import INPUT, OUTPUT
from spiral_monolith_neat_numpy.pictures.topology_data import TopologyData

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_RISE = 0.14  # inches that an arc rises at least,
_RISE_PER_INCH = 0.08  # with its length,
_HIGHEST = 0.34  # and at most: heading and legends lie beyond


def recurrent_edges(data: TopologyData, drawn: IntArray) -> BoolArray:
    """Return which of the drawn edges carry values of the activation before.

    As in a compiled network: a search from the outputs, by id, against the edges lets a node run
    when all that it reads has run or waits for it; recurrent are the edges from nodes that
    run at the same time as their target or later. Nodes that lead to no output come last.

    Args:
        data: the network.
        drawn: places of the edges that are drawn.
    """
    source, target = (places[drawn] for places in data.edge_places())
    into: list[list[int]] = [[] for _ in data.node_id]
    for begin, end in zip(source.tolist(), target.tolist(), strict=True):
        into[end].append(begin)
    rank = np.full(len(into), -1)
    inputs = data.places(INPUT)
    rank[inputs] = np.arange(len(inputs))
    seen = set(inputs.tolist())
    n_placed = len(inputs)
    for first in [*data.places(OUTPUT).tolist(), *np.argsort(data.node_id).tolist()]:
        waiting = [] if first in seen else [(first, iter(into[first]))]
        seen.add(first)
        while waiting:
            node, rest = waiting[-1]
            fresh = next((one for one in rest if one not in seen), None)
            if fresh is None:
                waiting.pop()
                rank[node] = n_placed
                n_placed += 1
            else:
                seen.add(fresh)
                waiting.append((fresh, iter(into[fresh])))
    late: BoolArray = rank[source] >= rank[target]
    return late


def draw_feedback(
    axes: "Axes",
    centres: FloatArray,
    radius: FloatArray,
    ends: IntArray,
    late: BoolArray,
    strokes: AnyArray,
) -> None:
    """Draw edges as arrows in arcs away from the middle, a loop where one ends as it begins.

    Args:
        axes: in inches.
        centres: ``(n_nodes, 2)`` of the nodes.
        radius: ``(n_nodes,)`` of the nodes.
        ends: ``(n_edges, 2)`` nodes where the edges begin and end.
        late: ``(n_edges,)`` whether the line is broken.
        strokes: ``(n_edges,)`` fields "colour", "opacity" and "width" in points.
    """
    from matplotlib.patches import FancyArrowPatch

    middle = float(centres[:, 1].min() + centres[:, 1].max()) / 2.0
    for (source, target), is_late, stroke in zip(ends, late, strokes, strict=True):
        begin, end = centres[source], centres[target]
        shrink = 72.0 * radius[[source, target]]
        if source == target:
            aside, above = 0.7 * radius[source], 0.72 * radius[source]
            begin, end = begin + (aside, above), end + (-aside, above)
            shrink = np.zeros(2)
            bend = (_RISE + 0.5 * radius[source]) / aside
        else:
            bend = _bend(begin, end, upwards=bool(begin[1] + end[1] >= 2.0 * middle))
        axes.add_patch(
            FancyArrowPatch(
                tuple(begin),
                tuple(end),
                connectionstyle=f"arc3,rad={bend}",
                arrowstyle="-|>",
                mutation_scale=5.0 + 1.5 * float(stroke["width"]),
                shrinkA=float(shrink[0]),
                shrinkB=float(shrink[1]),
                linestyle=(0, (3.0, 1.6)) if is_late else "-",
                color=(str(stroke["colour"]), float(stroke["opacity"])),
                linewidth=float(stroke["width"]),
                zorder=2,
            )  # fmt: skip
        )


def _bend(begin: FloatArray, end: FloatArray, *, upwards: bool) -> float:
    """Return how far an arc's control point lies aside, as a share of its length."""
    run = float(np.hypot(*(end - begin)))
    rise = min(_RISE + _RISE_PER_INCH * run, _HIGHEST)
    bend = 2.0 * rise / run  # a quadratic curve reaches half as far as its control point
    # To the right of the way from begin to end: on the way back, to the left, that is up.
    return bend if upwards == (end[0] < begin[0]) else -bend
