"""Regions, line and points of a decision boundary."""

from pathlib import Path

import numpy as np
import pytest
from tests.pictures.images import assert_drawn, pixels

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.pictures.decision_boundary import (
    BoundaryLabels,
    draw_decision_boundary,
)

rng = np.random.default_rng(0)
X = rng.uniform(-1.0, 1.0, (200, 2))
Y = (X[:, 0] > 0.0).astype(np.int64)


def by_first_input(points: FloatArray) -> FloatArray:
    p = 1.0 / (1.0 + np.exp(-8.0 * points[:, 0]))
    return np.stack([1.0 - p, p], axis=1)


def three_classes(points: FloatArray) -> FloatArray:
    raw = np.exp(np.tanh(np.stack([points[:, 0], -points[:, 0], points[:, 1]], axis=1)))
    return np.asarray(raw / raw.sum(axis=1, keepdims=True))


def test_picture_is_whole(tmp_path: Path) -> None:
    path = draw_decision_boundary(
        by_first_input,
        X,
        Y,
        tmp_path / "a.png",
        test=(X[:20] + 0.01, Y[:20]),
        labels=BoundaryLabels("Halves", "test accuracy 1.000", ("left", "right"), ("$a", "b_1")),
    )
    assert_drawn(path, 6.4, 5.2)


def test_each_side_has_its_colour_and_the_line_is_dark(tmp_path: Path) -> None:
    far = np.array([[-1.0, -1.0], [1.0, 1.0]])
    seen = pixels(draw_decision_boundary(by_first_input, far, [0, 1], tmp_path / "a.png"))
    row = seen[seen.shape[0] // 2].astype(np.int64)
    blueness = row[:, 2] - row[:, 0]
    blue, orange = np.flatnonzero(blueness > 60), np.flatnonzero(blueness < -60)
    dark = np.flatnonzero(row.max(axis=1) < 90)
    assert blue.max() < orange.min()
    assert ((dark > blue.max()) & (dark < orange.min())).any()


@pytest.mark.parametrize("scale", [(1.0, 1.0), (1.0, 1e6), (1e-3, 0.0)])
def test_three_classes_on_any_scale(tmp_path: Path, scale: tuple[float, float]) -> None:
    path = draw_decision_boundary(three_classes, X * scale, Y, tmp_path / "a.png")
    assert_drawn(path, 6.4, 5.2)


def test_one_class_everywhere_has_no_line(tmp_path: Path) -> None:
    def sure(points: FloatArray) -> FloatArray:
        return np.tile([1.0, 0.0], (len(points), 1))

    assert_drawn(draw_decision_boundary(sure, X, Y, tmp_path / "a.png"), 6.4, 5.2)


def test_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    first = draw_decision_boundary(by_first_input, X, Y, tmp_path / "a.png").read_bytes()
    again = draw_decision_boundary(by_first_input, X, Y, tmp_path / "b.png").read_bytes()
    assert again == first


@pytest.mark.parametrize(
    ("x", "y", "message"),
    [
        (X[:, :1], Y, r"X must have shape \(n_samples, 2\)"),
        (X, Y[:-1], r"y must have shape \(200,\) to match X"),
        (X, Y - 1, "y must hold class indices from 0"),
        (X, Y * 0.5, "y must hold class indices from 0"),
        (X, Y + 1, "y must hold classes below 2"),
        (X * np.nan, Y, "X must hold finite numbers"),
    ],
)
def test_wrong_points_are_named(tmp_path: Path, x: object, y: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        draw_decision_boundary(by_first_input, x, y, tmp_path / "a.png")


def test_wrong_probabilities_are_named(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"predict_proba must return shape \(160000, n_classes\)"):
        draw_decision_boundary(lambda x: x[:, :1], X, Y, tmp_path / "a.png")
    with pytest.raises(ValueError, match="must hold finite numbers"):
        draw_decision_boundary(lambda x: x * np.nan, X, Y, tmp_path / "a.png")
    with pytest.raises(ValueError, match=r"test\[1\] must hold classes below 2"):
        draw_decision_boundary(by_first_input, X, Y, tmp_path / "a.png", test=(X, Y + 1))
    assert list(tmp_path.iterdir()) == []
