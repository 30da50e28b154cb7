"""The confusion matrix is drawn for few and many classes."""

from pathlib import Path

import numpy as np
import pytest
from tests.pictures.images import assert_drawn, pixels

from spiral_monolith_neat_numpy.pictures.confusion import draw_confusion


@pytest.mark.parametrize("k", [1, 2, 3, 10, 40])
def test_picture_is_whole(tmp_path: Path, k: int) -> None:
    matrix = np.full((k, k), 2) + 1000 * np.eye(k, dtype=np.int64)
    path = draw_confusion(matrix, [f"a long name {i}" for i in range(k)], tmp_path / "a.png")
    height, width, _ = pixels(path).shape
    assert_drawn(path, width / 150, height / 150)
    assert 400 < width < 2200
    assert 400 < height < 2200


def test_no_samples_and_empty_rows_are_no_error(tmp_path: Path) -> None:
    draw_confusion([[0, 0], [0, 0]], [], tmp_path / "a.png")
    draw_confusion([[3, 1], [0, 0]], [], tmp_path / "b.png")


def test_same_matrix_gives_the_same_bytes(tmp_path: Path) -> None:
    first = draw_confusion([[3, 1], [2, 5]], [], tmp_path / "a.png").read_bytes()
    assert draw_confusion([[3, 1], [2, 5]], [], tmp_path / "b.png").read_bytes() == first
    assert draw_confusion([[3, 1], [2, 6]], [], tmp_path / "c.png").read_bytes() != first


@pytest.mark.parametrize(
    ("matrix", "names", "message"),
    [
        ([[1, 2]], [], r"matrix must have shape \(k, k\)"),
        ([[1.5]], [], "matrix must hold whole numbers >= 0"),
        ([[-1]], [], "matrix must hold whole numbers >= 0"),
        ([[1]], ["a", "b"], "class_names must hold 1 names, got 2"),
    ],
)
def test_wrong_input_is_named(
    tmp_path: Path, matrix: object, names: list[str], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        draw_confusion(matrix, names, tmp_path / "a.png")
