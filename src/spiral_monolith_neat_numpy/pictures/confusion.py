"""Confusion matrix of a classifier, shaded by the share of each true class."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.pictures import style
from spiral_monolith_neat_numpy.pictures.canvas import PathLike, picture
from spiral_monolith_neat_numpy.pictures.labels import class_names as named_classes

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_WRITTEN = 25  # classes up to which the counts are written into the cells


def draw_confusion(
    matrix: object,
    class_names: Sequence[str],
    path: PathLike,
    *,
    title: str = "Confusion matrix",
    note: str = "",
) -> Path:
    """Draw counts per true (row) and predicted (column) class; return the path.

    Args:
        matrix: ``(k, k)`` whole numbers >= 0; entry (i, j): samples of class i taken for j.
        class_names: ``k`` names; empty: "class 0", "class 1", ...
        path: where to write (.png, .svg or .pdf).
        title: headline.
        note: what follows the accuracy in the second line, for instance "test part".

    Raises:
        ValueError: the matrix is not square, has other values, or the names do not fit.
        OSError: the directory cannot be written.
        ImportError: matplotlib is not installed.
    """
    counts = _checked(matrix)
    k = len(counts)
    names = named_classes(class_names, k)
    total = int(counts.sum())
    right = int(np.trace(counts))
    share = f"{right:,} of {total:,} right ({right / total:.1%})" if total else "no samples"
    words = " · ".join(part for part in (share, note) if part)
    side = float(np.clip(0.42 * k, 2.6, 9.0))
    margin = 0.055 * max(len(name) for name in names)  # inches that the names take
    with picture(path, side + 1.7 + margin, side + 1.2 + min(margin, 0.9)) as figure:
        axes = figure.add_subplot()
        _draw_cells(figure, axes, counts, side / k)
        _label(axes, names)
        style.headline(axes, title, words)
    return Path(path)


def _draw_cells(figure: "Figure", axes: "Axes", counts: IntArray, cell: float) -> None:
    from matplotlib.colors import LinearSegmentedColormap

    shares = _row_shares(counts)
    # Steep near zero: one mistake in a hundred must be seen to differ from none.
    shades = LinearSegmentedColormap.from_list(
        "blues", [(0.0, style.PAPER), (0.01, "#e8f2f9"), (0.25, "#a9cfe8"), (1.0, style.BLUE)]
    )
    image = axes.imshow(shares, cmap=shades, vmin=0.0, vmax=1.0)
    bar = figure.colorbar(image, ax=axes, shrink=0.85, aspect=22, pad=0.03)
    bar.set_label("share of the true class")
    bar.outline.set_visible(False)
    k = len(counts)
    if k > _WRITTEN:
        return
    digits = len(str(int(counts.max())))
    size = float(np.clip(72.0 * cell / (0.75 * digits + 0.9), 4.5, 10.0))
    for row, column in np.argwhere(counts > 0):
        colour = style.PAPER if shares[row, column] > 0.6 else style.INK
        axes.text(
            column, row, f"{counts[row, column]}", ha="center", va="center",
            color=colour, fontsize=size,
        )  # fmt: skip


def _label(axes: "Axes", names: Sequence[str]) -> None:
    k = len(names)
    axes.spines[:].set_visible(False)
    axes.set_xticks(np.arange(k), names)
    axes.set_yticks(np.arange(k), names)
    axes.set_xticks(np.arange(k + 1) - 0.5, minor=True)
    axes.set_yticks(np.arange(k + 1) - 0.5, minor=True)
    axes.grid(visible=True, which="minor", color=style.GRID, linewidth=1.0)
    axes.tick_params(which="both", length=0.0)
    size = float(np.clip(160.0 / k, 4.5, 8.0))
    axes.tick_params(axis="both", which="major", labelsize=size)
    if max(len(name) for name in names) > 4:
        axes.tick_params(axis="x", labelrotation=45.0)
        for text in axes.get_xticklabels():
            text.set(ha="right", rotation_mode="anchor")
    axes.set_xlabel("predicted class")
    axes.set_ylabel("true class")


def _row_shares(counts: IntArray) -> FloatArray:
    totals = counts.sum(axis=1, keepdims=True)
    shares: FloatArray = counts / np.maximum(totals, 1)
    return shares


def _checked(matrix: object) -> IntArray:
    array = np.asarray(matrix)
    if array.ndim != 2 or array.shape[0] != array.shape[1] or array.size < 1:
        raise ValueError(f"matrix must have shape (k, k) with k >= 1, got {array.shape}")
    if array.dtype.kind not in "iu" or array.min() < 0:
        raise ValueError(f"matrix must hold whole numbers >= 0, got {array.dtype} values")
    return array.astype(np.int64)
