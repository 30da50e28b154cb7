"""Learning curve of a run: fitness, species, threshold and size over the generations."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.evolution.records import GenerationRecord
from spiral_monolith_neat_numpy.pictures import style
from spiral_monolith_neat_numpy.pictures.canvas import PathLike, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_CUT_SHARE = 0.1  # share of the lowest means that may be cut off


def draw_learning_curve(
    records: Sequence[GenerationRecord], path: PathLike, *, title: str = "Learning curve"
) -> Path:
    """Draw fitness above; species, threshold and mean size below; return the path.

    Values that are not finite leave a gap in their line.

    Args:
        records: one per generation, in order; at least one.
        path: where to write (.png, .svg or .pdf).
        title: headline.

    Raises:
        ValueError: no records.
        OSError: the directory cannot be written.
        ImportError: matplotlib is not installed.
    """
    if len(records) == 0:
        raise ValueError("records must hold at least one generation, got none")
    generation = _column(records, "generation")
    with picture(path, 7.6, 5.2) as figure:
        panels = figure.subplot_mosaic(
            [["fitness"] * 3, ["species", "threshold", "size"]], height_ratios=[1.7, 1.0]
        )
        for axes in panels.values():
            _prepare(axes, generation)
        _draw_fitness(panels["fitness"], generation, records, title)
        _draw_species(panels["species"], generation, records)
        threshold = _column(records, "compatibility_threshold")
        _line(panels["threshold"], generation, threshold, style.PURPLE)
        style.legend_under_title(panels["threshold"], "Compatibility threshold")
        _draw_size(panels["size"], generation, records)
    return Path(path)


def _draw_fitness(
    axes: "Axes", generation: FloatArray, records: Sequence[GenerationRecord], title: str
) -> None:
    best, mean = _column(records, "best_fitness"), _column(records, "mean_fitness")
    _line(axes, generation, mean, style.SKY, label="mean")
    _line(axes, generation, best, style.BLUE, label="best", linewidth=2.0)
    axes.set_ylabel("fitness")
    if np.isfinite(best).any():
        top = int(np.nanargmax(best))
        note = (
            f"best {_words(best[top])} in generation {generation[top]:.0f} of {generation[-1]:.0f}"
        )
        axes.plot(
            generation[top], best[top], "o", markersize=6, color=style.BLUE,
            markeredgecolor=style.PAPER, zorder=5,
        )  # fmt: skip
        window = _window(best, mean)
        if window is not None:
            axes.set_ylim(window)
            note += f" · lowest mean {_words(np.nanmin(mean))} not shown"
    else:
        note = "no finite fitness"
    style.headline(axes, title, note)
    style.legend_above(axes)


def _window(best: FloatArray, mean: FloatArray) -> tuple[float, float] | None:
    """Return limits for the fitness axis, or None if all of both lines can be seen.

    A few very bad first means would press the best fitness into a flat line.
    """
    if not np.isfinite(mean).any():
        return None
    low = min(float(np.nanmin(best)), float(np.nanquantile(mean, _CUT_SHARE)))
    high = float(np.nanmax(best))
    span = high - low
    if span <= 0.0 or float(np.nanmin(mean)) >= low - span:
        return None
    return low - 0.08 * span, high + 0.08 * span


def _words(value: float) -> str:
    """Return a number with four digits and a true minus sign, as on the axes."""
    return f"{value:.4g}".replace("-", "\N{MINUS SIGN}")


def _draw_species(
    axes: "Axes", generation: FloatArray, records: Sequence[GenerationRecord]
) -> None:
    from matplotlib.ticker import MaxNLocator

    count = _column(records, "n_species")
    target = _column(records, "species_target")
    _line(axes, generation, count, style.GREEN, label="count", drawstyle="steps-mid")
    _line(axes, generation, target, style.INK, label="target", linestyle=(0, (3, 2)), linewidth=1.2)
    highest = np.nanmax([*count, *target, 1.0])
    axes.set_ylim(0.0, 1.12 * highest)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=5, integer=True))
    style.legend_under_title(axes, "Species")


def _draw_size(axes: "Axes", generation: FloatArray, records: Sequence[GenerationRecord]) -> None:
    edges = _column(records, "mean_edges")
    hidden = _column(records, "mean_hidden")
    _line(axes, generation, edges, style.VERMILLION, label="edges")
    _line(axes, generation, hidden, style.ORANGE, label="hidden")
    # Zero hidden nodes, the usual beginning, must not lie on the axis itself.
    highest = float(np.nanmax([*edges, *hidden, 1.0]))
    axes.set_ylim(-0.03 * highest, 1.12 * highest)
    style.legend_under_title(axes, "Mean size")


def _prepare(axes: "Axes", generation: FloatArray) -> None:
    from matplotlib.ticker import MaxNLocator

    style.horizontal_grid(axes)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=6, integer=True, min_n_ticks=1))
    axes.set_xlabel("generation")
    first, last = float(generation[0]), float(generation[-1])
    pad = 0.015 * (last - first) if last > first else 0.5
    axes.set_xlim(first - pad, last + pad)


def _line(axes: "Axes", x: FloatArray, y: FloatArray, colour: str, **options: Any) -> None:
    # A line through one point shows nothing.
    marker = "o" if np.count_nonzero(np.isfinite(y)) == 1 else ""
    axes.plot(x, y, color=colour, marker=marker, markersize=4, **options)


def _column(records: Sequence[GenerationRecord], name: str) -> FloatArray:
    values = [float(getattr(record, name)) for record in records]
    return np.array([value if math.isfinite(value) else math.nan for value in values])
