"""Predicted against true values of a regression, with its residuals."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.errors import check_finite, check_length
from spiral_monolith_neat_numpy.pictures import style
from spiral_monolith_neat_numpy.pictures.canvas import PathLike, picture

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def draw_regression_fit(
    y_true: object,
    y_pred: object,
    path: PathLike,
    *,
    title: str = "Regression fit",
    note: str = "",
    target_name: str = "value",
) -> Path:
    """Draw predicted against true values and the residuals' histogram; return the path.

    R² = 1 - sum(residual²) / sum((true - mean)²) and the root mean squared error stand in
    the second line.

    Args:
        y_true: ``(n,)`` true values.
        y_pred: ``(n,)`` predicted values.
        path: where to write (.png, .svg or .pdf).
        title: headline.
        note: what follows R² and the error in the second line, for instance "test part".
        target_name: name of the predicted quantity, with its unit.

    Raises:
        ValueError: the arrays have a wrong shape, no values, or values that are not finite.
        OSError: the directory cannot be written.
        ImportError: matplotlib is not installed.
    """
    true = _values("y_true", y_true)
    predicted = _values("y_pred", y_pred)
    check_length("y_pred", predicted, true.size, "y_true")
    words = " · ".join(part for part in (_scores(true, predicted), note) if part)
    with picture(path, 8.2, 4.4) as figure:
        fit, spread = figure.subplots(1, 2, width_ratios=[1.25, 1.0])
        _draw_fit(fit, true, predicted, target_name)
        style.headline(fit, title, words)
        _draw_residuals(spread, predicted - true, target_name)
    return Path(path)


def _draw_fit(axes: "Axes", true: FloatArray, predicted: FloatArray, target_name: str) -> None:
    low = float(min(true.min(), predicted.min()))
    high = float(max(true.max(), predicted.max()))
    pad = 0.05 * (high - low) if high > low else 0.5
    axes.grid(visible=True)
    axes.axline((low, low), slope=1.0, color=style.INK, linewidth=1.0, linestyle=(0, (4, 3)))
    # Fainter dots where there are many, so that density shows.
    alpha = float(np.clip(200.0 / true.size, 0.12, 0.75))
    axes.scatter(true, predicted, s=16.0, color=style.BLUE, alpha=alpha, linewidths=0.0, zorder=3)
    axes.set_xlim(low - pad, high + pad)
    axes.set_ylim(low - pad, high + pad)
    axes.set_aspect("equal")
    axes.set_xlabel(f"true {target_name}")
    axes.set_ylabel(f"predicted {target_name}")


def _draw_residuals(axes: "Axes", residual: FloatArray, target_name: str) -> None:
    reach = float(np.abs(residual).max()) or 0.5
    n_bins = int(np.clip(2.0 * np.cbrt(residual.size) * 1.5, 9, 61)) | 1  # odd: one bin about 0
    edges = np.linspace(-reach, reach, n_bins + 1)
    style.horizontal_grid(axes)
    axes.hist(residual, bins=edges.tolist(), color=style.SKY, edgecolor=style.PAPER, linewidth=0.6)
    axes.axvline(0.0, color=style.INK, linewidth=1.0, linestyle=(0, (4, 3)))
    axes.set_xlabel(f"predicted - true {target_name}".replace("-", "−", 1))
    axes.set_ylabel("count")
    axes.set_title("Residuals")


def _scores(true: FloatArray, predicted: FloatArray) -> str:
    squares = float(((predicted - true) ** 2).sum())
    total = float(((true - true.mean()) ** 2).sum())
    rmse = f"RMSE {np.sqrt(squares / true.size):.4g}"
    return f"R² {1.0 - squares / total:.3f} · {rmse}" if total > 0.0 else rmse


def _values(name: str, values: object) -> FloatArray:
    array = np.asarray(values, dtype=np.float64)
    if array.ndim != 1 or array.size < 1:
        raise ValueError(f"{name} must have shape (n,) with n >= 1, got {array.shape}")
    check_finite(name, array)
    return array
