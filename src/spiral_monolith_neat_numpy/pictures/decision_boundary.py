"""Decision regions of a classifier on two inputs, shaded by confidence."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import check_features, check_finite, check_length
from spiral_monolith_neat_numpy.pictures import style
from spiral_monolith_neat_numpy.pictures.canvas import PathLike, picture
from spiral_monolith_neat_numpy.pictures.labels import class_names

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PredictProba: TypeAlias = Callable[[FloatArray], AnyArray]
Extent: TypeAlias = tuple[float, float, float, float]

_GRID = 400  # pixels of the shaded field along each side
_TINT = 0.5  # share of the class colour where the network is certain
_MANY = 1500  # points beyond which they are drawn smaller


@dataclass(frozen=True)
class BoundaryLabels:
    """What is written on a decision boundary's picture.

    Args:
        title: headline.
        note: second line, for instance "test accuracy 0.982 on 2,048 points".
        class_names: a name per class; empty: "class 0", "class 1", ...
        feature_names: names of the two inputs.
    """

    title: str = "Decision boundary"
    note: str = ""
    class_names: Sequence[str] = ()
    feature_names: Sequence[str] = ("x1", "x2")


def draw_decision_boundary(
    predict_proba: PredictProba,
    X: object,
    y: object,
    path: PathLike,
    *,
    test: tuple[object, object] | None = None,
    labels: BoundaryLabels | None = None,
) -> Path:
    """Draw the regions, the line between them and the points; return the path.

    Args:
        predict_proba: from ``(n, 2)`` float64 inputs to ``(n, n_classes)`` probabilities.
        X: ``(n, 2)`` training inputs, drawn as small dots.
        y: ``(n,)`` their classes, from 0.
        path: where to write (.png, .svg or .pdf).
        test: inputs and classes of test points, drawn as rings; None: none.
        labels: title, note and names.

    Raises:
        ValueError: an array or the probabilities have a wrong shape or values.
        OSError: the directory cannot be written.
        ImportError: matplotlib is not installed.
    """
    words = BoundaryLabels() if labels is None else labels
    train_x, train_y = _checked_points("X", X, "y", y)
    sets = [(train_x, train_y)]
    if test is not None:
        sets.append(_checked_points("test[0]", test[0], "test[1]", test[1]))
    extent = _extent(np.concatenate([points for points, _ in sets]))
    field = _probability_field(predict_proba, extent)
    n_classes = field.shape[2]
    for name, (_, classes) in zip(("y", "test[1]"), sets, strict=False):
        if classes.max() >= n_classes:
            raise ValueError(
                f"{name} must hold classes below {n_classes}, the columns of "
                f"predict_proba, got {classes.max()}"
            )
    names = class_names(words.class_names, n_classes)
    alike = _alike(extent)
    with picture(path, 6.4, 5.2) as figure:
        axes = figure.add_subplot(aspect="equal" if alike else "auto")
        _draw_regions(axes, field, extent)
        for index, (points, classes) in enumerate(sets):
            _draw_points(axes, points, classes, filled=index == 0)
        _finish(axes, extent, words)
        _legend(axes, names, with_test=test is not None)
    return Path(path)


def _draw_regions(axes: "Axes", field: FloatArray, extent: Extent) -> None:
    axes.imshow(
        _shade(field), extent=extent, origin="lower", interpolation="bilinear", aspect="auto"
    )
    x, y = _centres(extent[0], extent[1]), _centres(extent[2], extent[3])
    for index in range(field.shape[2]):
        lead = field[:, :, index] - np.delete(field, index, axis=2).max(axis=2)
        if lead.min() < 0.0 < lead.max():
            axes.contour(x, y, lead, levels=[0.0], colors=style.INK, linewidths=1.1)
        if field.shape[2] == 2:
            break  # the other class has the same line


def _shade(field: FloatArray) -> FloatArray:
    """Return RGB: the winner's colour, paling to white where the network is undecided."""
    from matplotlib.colors import to_rgb

    n_classes = field.shape[2]
    colours = np.array([to_rgb(style.class_colour(index)) for index in range(n_classes)])
    winner = field.argmax(axis=2)
    confidence = (field.max(axis=2) - 1.0 / n_classes) / (1.0 - 1.0 / n_classes)
    strength = _TINT * np.clip(confidence, 0.0, 1.0)[:, :, None]
    shaded: FloatArray = 1.0 - strength * (1.0 - colours[winner])
    return shaded


def _draw_points(axes: "Axes", points: FloatArray, classes: IntArray, *, filled: bool) -> None:
    area = 14.0 if len(points) <= _MANY else 5.0
    colours = [style.class_colour(int(index)) for index in classes]
    # One call for all classes: drawn one by one, the last would hide the others.
    if filled:
        axes.scatter(
            points[:, 0], points[:, 1], s=area, c=colours,
            edgecolors=style.PAPER, linewidths=0.4, zorder=4,
        )  # fmt: skip
    else:
        axes.scatter(
            points[:, 0], points[:, 1], s=area, facecolors="none",
            edgecolors=colours, linewidths=0.7, zorder=3,
        )  # fmt: skip


def _finish(axes: "Axes", extent: Extent, words: BoundaryLabels) -> None:
    axes.set_xlim(extent[0], extent[1])
    axes.set_ylim(extent[2], extent[3])
    axes.set_xlabel(str(words.feature_names[0]))
    axes.set_ylabel(str(words.feature_names[1]))
    axes.spines[["top", "right"]].set_visible(True)
    style.headline(axes, words.title, words.note)


def _legend(axes: "Axes", names: Sequence[str], *, with_test: bool) -> None:
    from matplotlib.lines import Line2D

    handles = [
        Line2D([], [], linestyle="", marker="o", color=style.class_colour(index), label=name)
        for index, name in enumerate(names)
    ]
    if with_test:
        grey: dict[str, Any] = {"linestyle": "", "marker": "o", "color": style.SOFT_INK}
        handles.append(Line2D([], [], label="training", **grey))
        handles.append(Line2D([], [], label="test", markerfacecolor="none", **grey))
    for handle in handles:
        handle.set_markersize(5.5)
    axes.legend(handles=handles, loc="upper left", bbox_to_anchor=(1.02, 1.0), handletextpad=0.2)


def _probability_field(predict_proba: PredictProba, extent: Extent) -> FloatArray:
    x, y = np.meshgrid(_centres(extent[0], extent[1]), _centres(extent[2], extent[3]))
    inputs = np.ascontiguousarray(np.stack([x.ravel(), y.ravel()], axis=1))
    result = np.asarray(predict_proba(inputs), dtype=np.float64)
    if result.ndim != 2 or result.shape[0] != len(inputs) or result.shape[1] < 2:
        raise ValueError(
            f"predict_proba must return shape ({len(inputs)}, n_classes) with n_classes >= 2, "
            f"got {result.shape}"
        )
    check_finite("predict_proba(...)", result)
    return result.reshape(_GRID, _GRID, -1)


def _centres(low: float, high: float) -> FloatArray:
    """Return the middles of ``_GRID`` equal pixels from ``low`` to ``high``."""
    return low + (high - low) * (np.arange(_GRID) + 0.5) / _GRID


def _extent(points: FloatArray) -> Extent:
    low, high = points.min(axis=0), points.max(axis=0)
    span = np.where(high > low, high - low, 1.0)  # one constant input still needs a width
    low, high = low - 0.08 * span, high + 0.08 * span
    return float(low[0]), float(high[0]), float(low[1]), float(high[1])


def _alike(extent: Extent) -> bool:
    """Tell whether both inputs span so much alike that one scale serves both."""
    width, height = extent[1] - extent[0], extent[3] - extent[2]
    return 0.5 <= width / height <= 2.0


def _checked_points(x_name: str, x: object, y_name: str, y: object) -> tuple[FloatArray, IntArray]:
    points = check_features(x_name, x, n_features=2)
    given = np.asarray(y)
    check_length(y_name, given, len(points), x_name)
    if given.dtype.kind not in "iub" or given.min() < 0:
        raise ValueError(f"{y_name} must hold class indices from 0, got {given.dtype} values")
    return points, given.astype(np.int64)
