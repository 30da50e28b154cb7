"""A network drawn from left to right: weights as lines, activations as colours."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, BoolArray, FloatArray
from spiral_monolith_neat_numpy.genes.codes import HIDDEN, INPUT, OUTPUT
from spiral_monolith_neat_numpy.pictures import style
from spiral_monolith_neat_numpy.pictures.canvas import PathLike, picture
from spiral_monolith_neat_numpy.pictures.feedback import draw_feedback, recurrent_edges
from spiral_monolith_neat_numpy.pictures.labels import checked_names
from spiral_monolith_neat_numpy.pictures.placing import Layout, curve, place
from spiral_monolith_neat_numpy.pictures.topology_data import TopologyData

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

__all__ = ["TopologyData", "draw_topology"]

_FEW_EDGES = 80  # edges up to which lines stay solid
_LABEL_ROW = 0.15  # inches from row to row below which only the first and the last are named
_TALLEST = 7.6  # inches for the rows
_WIDEST = 20.0  # inches for the columns
_HEAD, _FOOT, _SIDE = 0.85, 0.85, 0.35  # inches around the network


@dataclass(frozen=True)
class _Frame:
    """From columns and rows to inches on the page."""

    column: float
    row: float
    left: float
    width: float
    height: float
    radius: FloatArray

    def points(self, columns_rows: FloatArray) -> FloatArray:
        return columns_rows * (self.column, self.row) + (self.left, _FOOT)


def draw_topology(
    data: TopologyData,
    path: PathLike,
    *,
    input_names: Sequence[str] = (),
    output_names: Sequence[str] = (),
    title: str = "Network",
) -> Path:
    """Draw a network, its enabled edges alone; return the path.

    A line's width grows with the size of its weight, its colour is the sign; a node's
    colour is its activation, its outline the bias, drawn as the weights are. Edges against
    the direction of reading are arrows in an arc, dashed if they carry the activation before.

    Args:
        data: the network.
        path: where to write (.png, .svg or .pdf).
        input_names: a name per input, by rising id; empty: "in 0", "in 1", ...
        output_names: a name per output, by rising id; empty: "out 0", "out 1", ...
        title: headline.

    Raises:
        ValueError: an edge runs into an input, or the names do not fit.
        OSError: the directory cannot be written.
        ImportError: matplotlib is not installed.
    """
    inputs = _named(data, INPUT, "input_names", input_names, "in")
    outputs = _named(data, OUTPUT, "output_names", output_names, "out")
    drawn = np.flatnonzero(data.edge_enabled)
    late = recurrent_edges(data, drawn)
    is_back = late | np.isin(data.edge_source[drawn], data.node_id[data.places(OUTPUT)])
    layout = place(data, drawn[~is_back])
    frame = _frame(layout, inputs, outputs)
    with picture(path, frame.width, frame.height) as figure:
        figure.set_layout_engine("none")  # the frame has its inches already
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_axis_off()
        axes.set_xlim(0.0, frame.width)
        axes.set_ylim(0.0, frame.height)
        strokes = _strokes(data.edge_weight[drawn])
        _draw_edges(axes, strokes[~is_back], layout, frame)
        centres = frame.points(np.stack([layout.x, layout.y], axis=1))
        ends = np.stack([places[drawn[is_back]] for places in data.edge_places()], axis=1)
        draw_feedback(axes, centres, frame.radius, ends, late[is_back], strokes[is_back])
        _draw_nodes(axes, data, layout, frame)
        _draw_labels(axes, data, INPUT, inputs, layout, frame)
        _draw_labels(axes, data, OUTPUT, outputs, layout, frame)
        _draw_heading(axes, data, title, frame)
        _draw_legends(axes, data, frame, recurrent=bool(late.any()))
    return Path(path)


def _frame(layout: Layout, inputs: Sequence[str], outputs: Sequence[str]) -> _Frame:
    n_columns = float(layout.x.max())
    n_rows = max([float(layout.y.max()), *(float(route[:, 1].max()) for route in layout.routes)])
    row = float(min(0.5, _TALLEST / max(n_rows, 1.0)))
    # Tall columns need room between them, or the lines run too steep to follow.
    widest = max(2.6 if n_columns == 1 else 1.5, 0.4 * row * n_rows)
    column = float(np.clip(9.0 / n_columns, min(0.9, _WIDEST / n_columns), widest))
    left, right = (_SIDE + 0.25 + _label_width(names) for names in (inputs, outputs))
    width = left + column * n_columns + right
    largest = 0.15 if row >= 0.3 else 0.11
    spare = max(0.0, 5.2 - width)  # heading and legends need some width
    return _Frame(
        column=column,
        row=row,
        left=left + spare / 2.0,
        width=width + spare,
        height=_HEAD + row * n_rows + _FOOT,
        radius=np.minimum(0.38 * row * layout.room, min(largest, 0.3 * column)),
    )


def _strokes(weight: FloatArray) -> AnyArray:
    """Return how each edge is drawn: colour, opacity, width, and its share of the strongest."""
    share = _shares(weight)
    few = len(weight) <= _FEW_EDGES
    kinds = [("colour", "U7"), ("opacity", float), ("width", float), ("share", float)]
    strokes = np.empty(len(weight), dtype=kinds)
    strokes["colour"] = np.where(weight >= 0.0, style.BLUE, style.VERMILLION)
    strokes["opacity"] = 0.85 if few else 0.08 + 0.67 * share
    strokes["width"] = 0.5 + 2.4 * share if few else 0.25 + 1.25 * share
    strokes["share"] = share
    return strokes


def _draw_edges(axes: "Axes", strokes: AnyArray, layout: Layout, frame: _Frame) -> None:
    from matplotlib.collections import LineCollection

    # Strong edges last, so that they lie on top of weak ones.
    order = np.argsort(strokes["share"], kind="stable")
    lines = [frame.points(curve(layout.routes[i])) for i in order]
    colours = [(str(one["colour"]), float(one["opacity"])) for one in strokes[order]]
    widths = strokes["width"][order]
    axes.add_collection(LineCollection(lines, colors=colours, linewidths=widths, zorder=2))


def _draw_nodes(axes: "Axes", data: TopologyData, layout: Layout, frame: _Frame) -> None:
    from matplotlib.collections import EllipseCollection

    centres = frame.points(np.stack([layout.x, layout.y], axis=1))
    is_input = data.node_kind == INPUT
    share = np.where(is_input, 0.0, _shares(data.node_bias))
    fills = [
        style.PAPER if kind == INPUT else style.ACTIVATION_COLOURS.get(name, style.GRID)
        for kind, name in zip(data.node_kind, data.node_activation, strict=True)
    ]
    outlines = np.where(data.node_bias >= 0.0, style.BLUE, style.VERMILLION)
    outlines[is_input | (data.node_bias == 0.0)] = style.INK
    outlines[~_connected(data)] = style.RULE
    scale = np.minimum(1.0, frame.radius / 0.12)
    axes.add_collection(
        EllipseCollection(
            2.0 * frame.radius,
            2.0 * frame.radius,
            np.zeros(len(centres)),
            units="xy",
            offsets=centres,
            offset_transform=axes.transData,
            facecolors=fills,
            edgecolors=outlines,
            linewidths=scale * (0.8 + 1.6 * share),
            zorder=3,
        )  # fmt: skip
    )
    for index in np.flatnonzero((data.node_kind == HIDDEN) & (frame.radius >= 0.1)):
        axes.text(
            centres[index, 0], centres[index, 1], str(data.node_id[index]), fontsize=6.0,
            ha="center", va="center_baseline", zorder=4,
        )  # fmt: skip


def _draw_labels(
    axes: "Axes",
    data: TopologyData,
    kind: int,
    names: Sequence[str],
    layout: Layout,
    frame: _Frame,
) -> None:
    """Name the inputs at their left or the outputs at their right."""
    places = data.places(kind)
    away, side, plural = (-1.0, "right", "inputs") if kind == INPUT else (1.0, "left", "outputs")
    ends = frame.points(np.stack([layout.x[places], layout.y[places]], axis=1))
    used = _connected(data)[places]
    x = ends[0, 0] + away * (frame.radius[places].max() + 0.09)
    crowded = len(names) > 2 and float(np.ptp(ends[:, 1])) / (len(names) - 1) < _LABEL_ROW
    for index in (0, len(names) - 1) if crowded else range(len(names)):
        colour = style.INK if used[index] else style.SOFT_INK
        axes.text(x, ends[index, 1], names[index], ha=side, va="center", fontsize=8.5, color=colour)
    if crowded:
        axes.text(
            x, float(ends[:, 1].mean()), f"{len(names)} {plural}",
            ha=side, va="center", fontsize=8.5, color=style.SOFT_INK,
        )  # fmt: skip


def _draw_heading(axes: "Axes", data: TopologyData, title: str, frame: _Frame) -> None:
    n_hidden = int((data.node_kind == HIDDEN).sum())
    n_enabled = int(data.edge_enabled.sum())
    parts = [
        f"{n_hidden} hidden node{'' if n_hidden == 1 else 's'}",
        f"{n_enabled} enabled connection{'' if n_enabled == 1 else 's'}",
    ]
    inputs = data.places(INPUT)
    n_used = int(_connected(data)[inputs].sum())
    if n_used < len(inputs):
        parts.append(f"{n_used} of {len(inputs)} inputs used")
    top = frame.height - 0.16
    axes.text(_SIDE, top, title, va="top", fontsize=10.0, fontweight="bold")
    note = " · ".join(parts)
    axes.text(_SIDE, top - 0.22, note, va="top", fontsize=8.5, color=style.SOFT_INK)


def _draw_legends(axes: "Axes", data: TopologyData, frame: _Frame, *, recurrent: bool) -> None:
    from matplotlib.legend import Legend
    from matplotlib.lines import Line2D

    signs = ((style.BLUE, "weight or bias > 0"), (style.VERMILLION, "< 0"))
    lines: list[Artist] = [
        Line2D([], [], color=colour, linewidth=2.0, label=label) for colour, label in signs
    ]
    if recurrent:
        broken = (0, (3.0, 1.2))
        label = "from the step before"
        lines.append(Line2D([], [], color=style.INK, linestyle=broken, linewidth=1.4, label=label))
    used = set(np.array(data.node_activation)[data.node_kind != INPUT].tolist())
    circles: list[Artist] = [
        Line2D(
            [],
            [],
            linestyle="",
            marker="o",
            markersize=6.5,
            markerfacecolor=colour,
            markeredgecolor=style.INK,
            markeredgewidth=0.6,
            label=name,
        )  # fmt: skip
        for name, colour in style.ACTIVATION_COLOURS.items()
        if name in used
    ]
    for handles, height in ((circles, 0.36), (lines, 0.14)):
        corner = (_SIDE / frame.width, height / frame.height)
        labels = [str(handle.get_label()) for handle in handles]
        legend = Legend(
            axes, handles, labels, loc="lower left", ncols=9, handletextpad=0.5,
            bbox_to_anchor=corner, borderpad=0.0,
        )  # fmt: skip
        axes.add_artist(legend)


def _connected(data: TopologyData) -> BoolArray:
    """Return for each node whether an enabled edge begins or ends there."""
    ends = np.concatenate(
        [data.edge_source[data.edge_enabled], data.edge_target[data.edge_enabled]]
    )
    return np.isin(data.node_id, ends)


def _named(
    data: TopologyData, kind: int, argument: str, names: Sequence[str], prefix: str
) -> list[str]:
    n = len(data.places(kind))
    if len(names) == 0:
        return [f"{prefix} {index}" for index in range(n)]
    return checked_names(argument, names, n)


def _label_width(names: Sequence[str]) -> float:
    """Return about how many inches the longest label takes at 8.5 points."""
    return 0.072 * max(len(name) for name in names)


def _shares(values: FloatArray) -> FloatArray:
    """Return sizes from 0 to 1; one outlier in twenty may not make all others thin."""
    size = np.abs(values)
    reference = float(np.quantile(size, 0.95)) if size.size else 0.0
    shares: FloatArray = np.clip(size / reference, 0.0, 1.0) if reference > 0.0 else 0.0 * size
    return shares
