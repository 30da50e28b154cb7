"""Drawn tasks: their shapes, laws and checks."""

import math
from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.tasks.generators import (
    DRAWN_TASKS,
    draw_task,
    make_circles,
    make_spirals,
    make_xor,
    spiral_arm,
)

Make: TypeAlias = Callable[..., tuple[FloatArray, IntArray]]

MAKERS = [make_circles, make_xor, make_spirals]


@pytest.mark.parametrize("make", MAKERS)
def test_defaults_are_512_finite_points_of_two_classes(make: Make) -> None:
    X, y = make()
    assert X.shape == (512, 2)
    assert X.dtype == np.float64
    assert X.flags.c_contiguous
    assert y.shape == (512,)
    assert y.dtype == np.int64
    assert np.isfinite(X).all()
    assert set(y.tolist()) == {0, 1}


@pytest.mark.parametrize("make", MAKERS)
def test_rows_are_shuffled(make: Make) -> None:
    _, y = make(200)
    assert 0 < y[:100].sum() < 100


@pytest.mark.parametrize("make", [make_circles, make_spirals])
@given(n=st.integers(2, 300), seed=st.integers(0, 2**64 - 1))
def test_classes_are_halves_and_the_first_gets_the_odd_point(make: Make, n: int, seed: int) -> None:
    _, y = make(n, seed=seed)
    assert int((y == 1).sum()) == n // 2
    assert y.size == n


@given(task=st.sampled_from(DRAWN_TASKS), seed=st.integers(0, 2**64 - 1), part=st.integers(0, 9))
def test_a_draw_is_a_function_of_its_arguments(task: str, seed: int, part: int) -> None:
    first, second = (draw_task(task, 20, 0.05, seed, part) for _ in range(2))
    np.testing.assert_array_equal(first[0], second[0])
    np.testing.assert_array_equal(first[1], second[1])
    for other in (draw_task(task, 20, 0.05, seed, part + 1), draw_task(task, 20, 0.05, seed ^ 1)):
        assert not np.isin(first[0], other[0]).any()


def test_the_tasks_of_one_seed_do_not_share_their_draws() -> None:
    noise = [draw_task(task, 50, 1.0, 3)[0] for task in DRAWN_TASKS]
    assert abs(np.corrcoef(noise[0].ravel(), noise[1].ravel())[0, 1]) < 0.5
    assert len({float(points[0, 0]) for points in noise}) == 3


def test_spirals_without_noise_lie_on_their_arms() -> None:
    X, y = make_spirals(400, noise=0.0, seed=5)
    X = np.where(y[:, None] == 1, -X, X)  # turn the second arm back by pi
    radius = np.hypot(X[:, 0], X[:, 1])
    angle = (radius - 0.05) / 0.95 * 3.0 * math.pi
    np.testing.assert_allclose(X[:, 0], radius * np.cos(angle), atol=1e-12)
    np.testing.assert_allclose(X[:, 1], radius * np.sin(angle), atol=1e-12)
    assert radius.min() >= 0.05
    assert radius.max() <= 1.0
    assert 0.45 < radius.mean() < 0.6  # uniform in the angle, so uniform in the radius


def test_a_spiral_arm_starts_and_ends_where_worked_by_hand() -> None:
    # Half the angle is 3/2 pi, straight down, at the mean radius.
    expected = [[0.05, 0.0], [0.0, -0.525], [-1.0, 0.0]]
    np.testing.assert_allclose(spiral_arm(np.array([0.0, 0.5, 1.0])), expected, atol=1e-12)


def test_circles_without_noise_have_radius_one_and_three_fifths() -> None:
    X, y = make_circles(300, noise=0.0)
    np.testing.assert_allclose(np.hypot(X[:, 0], X[:, 1]), np.where(y == 0, 1.0, 0.6))


def test_xor_without_noise_is_classed_by_the_sign_of_the_product() -> None:
    X, y = make_xor(300, noise=0.0)
    np.testing.assert_array_equal(y, X[:, 0] * X[:, 1] < 0.0)
    assert np.abs(X).max() <= 1.0


def test_xor_is_classed_before_the_noise() -> None:
    X, y = make_xor(2000, noise=0.05)
    assert 0.02 < np.mean(y != (X[:, 0] * X[:, 1] < 0.0)) < 0.06


@pytest.mark.parametrize("make", MAKERS)
def test_noise_is_the_standard_deviation_on_both_coordinates(make: Make) -> None:
    quiet, _ = make(4000, noise=0.0, seed=1)
    loud, _ = make(4000, noise=0.3, seed=1)
    np.testing.assert_allclose((loud - quiet).std(axis=0), 0.3, rtol=0.05)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"n": 1}, r"n must be >= 2, got 1"),
        ({"noise": -0.1}, r"noise must be in \[0, 1000\], got -0.1"),
        ({"noise": math.nan}, r"noise must be .* got nan"),
        ({"noise": math.inf}, r"noise must be .* got inf"),
        ({"seed": -1}, r"seed must be in .* got -1"),
    ],
)
def test_an_argument_out_of_range_is_named(
    make: Make, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        make(**arguments)


@pytest.mark.parametrize("make", MAKERS)
def test_an_argument_of_another_type_is_named(make: Make) -> None:
    with pytest.raises(TypeError, match=r"n must be a whole number.*, got 2\.5"):
        make(n=2.5)


def test_an_unknown_drawn_task_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="task must be one of 'spiral', 'circles', 'xor'"):
        draw_task("moons", 10, 0.1, 0)
