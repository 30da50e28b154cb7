"""The regression picture is drawn for many, few and equal values."""

from pathlib import Path

import numpy as np
import pytest
from tests.pictures.images import assert_drawn

from spiral_monolith_neat_numpy.pictures.regression_fit import draw_regression_fit

rng = np.random.default_rng(0)
TRUE = rng.normal(150.0, 40.0, 300)
PREDICTED = TRUE + rng.normal(0.0, 20.0, 300)


@pytest.mark.parametrize(
    ("true", "predicted"),
    [
        pytest.param(TRUE, PREDICTED, id="many"),
        pytest.param([1.0], [2.0], id="one"),
        pytest.param([3.0, 3.0], [3.0, 3.0], id="all equal and right"),
        pytest.param(1e9 * TRUE, 1e9 * PREDICTED, id="large"),
    ],
)
def test_picture_is_whole(tmp_path: Path, true: object, predicted: object) -> None:
    path = draw_regression_fit(true, predicted, tmp_path / "a.png", target_name="price ($)")
    assert_drawn(path, 8.2, 4.4)


def test_same_values_give_the_same_bytes(tmp_path: Path) -> None:
    first = draw_regression_fit(TRUE, PREDICTED, tmp_path / "a.png").read_bytes()
    assert draw_regression_fit(TRUE, PREDICTED, tmp_path / "b.png").read_bytes() == first


@pytest.mark.parametrize(
    ("true", "predicted", "message"),
    [
        ([], [], r"y_true must have shape \(n,\) with n >= 1"),
        ([[1.0]], [1.0], r"y_true must have shape \(n,\)"),
        ([1.0, 2.0], [1.0], r"y_pred must have shape \(2,\) to match y_true"),
        ([1.0], [np.inf], "y_pred must hold finite numbers"),
    ],
)
def test_wrong_values_are_named(
    tmp_path: Path, true: object, predicted: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        draw_regression_fit(true, predicted, tmp_path / "a.png")
