"""Drawn tasks with two inputs and two classes: circles, xor and two spirals.

A data set is a function of (task, n, noise, seed, part) alone; parts of one seed are
independent draws, so training, validation and test points never share one.
"""

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import check_choice, check_integer, check_number
from spiral_monolith_neat_numpy.seeding import Purpose, stream

DEFAULT_NOISE = 0.05
INNER_RADIUS = 0.6
OUTER_RADIUS = 1.0
SPIRAL_ANGLE = 3.0 * math.pi
SPIRAL_START = 0.05  # radius at angle 0; at the full angle it is OUTER_RADIUS

_MAX_NOISE = 1e3
_MAX_SEED = 2**64 - 1

Curve: TypeAlias = Callable[[FloatArray], FloatArray]


def make_spirals(
    n: int = 512, noise: float = DEFAULT_NOISE, seed: int = 0
) -> tuple[FloatArray, IntArray]:
    """Draw two interleaved spirals, one class per arm.

    A point of the first arm has an angle drawn uniformly from [0, 3 pi], a radius that grows
    linearly with it from 0.05 to 1.0, and Gaussian noise on both coordinates. The second
    arm is the first one turned by pi.

    Args:
        n: number of points, >= 2; of an odd number the first arm gets one more.
        noise: standard deviation of the noise, in the unit of the coordinates, 0 to 1000.
        seed: seed of the draw, 0 to 2**64 - 1.

    Returns:
        X: ``(n, 2)`` float64 points, rows shuffled.
        y: ``(n,)`` int64, 0 on the first arm and 1 on the second.

    Raises:
        TypeError: an argument is not a number.
        ValueError: an argument is out of its range.

    Example:
        >>> X, y = make_spirals(n=101, seed=3)
        >>> X.shape, int((y == 0).sum()), int((y == 1).sum())
        ((101, 2), 51, 50)
    """
    return draw_task("spiral", n, noise, seed)


def make_circles(
    n: int = 512, noise: float = DEFAULT_NOISE, seed: int = 0
) -> tuple[FloatArray, IntArray]:
    """Draw two concentric circles, one class per circle.

    Angles are uniform on the circles of radius 1.0 (class 0) and 0.6 (class 1); Gaussian
    noise is added to both coordinates.

    Args:
        n: number of points, >= 2; of an odd number the outer circle gets one more.
        noise: standard deviation of the noise, in the unit of the coordinates, 0 to 1000.
        seed: seed of the draw, 0 to 2**64 - 1.

    Returns:
        X: ``(n, 2)`` float64 points, rows shuffled.
        y: ``(n,)`` int64, 0 on the outer circle and 1 on the inner one.

    Raises:
        TypeError: an argument is not a number.
        ValueError: an argument is out of its range.

    Example:
        >>> X, y = make_circles(n=100, noise=0.0)
        >>> [round(float(r), 3) for r in np.unique(np.hypot(*X.T).round(9))]
        [0.6, 1.0]
    """
    return draw_task("circles", n, noise, seed)


def make_xor(
    n: int = 512, noise: float = DEFAULT_NOISE, seed: int = 0
) -> tuple[FloatArray, IntArray]:
    """Draw points on the square [-1, 1]**2, classed by whether their signs differ.

    The class is decided before Gaussian noise is added to both coordinates, so points near
    the axes may lie on the wrong side.

    Args:
        n: number of points, >= 2.
        noise: standard deviation of the noise, in the unit of the coordinates, 0 to 1000.
        seed: seed of the draw, 0 to 2**64 - 1.

    Returns:
        X: ``(n, 2)`` float64 points.
        y: ``(n,)`` int64, 1 where exactly one coordinate was positive, otherwise 0.

    Raises:
        TypeError: an argument is not a number.
        ValueError: an argument is out of its range.

    Example:
        >>> X, y = make_xor(n=50, noise=0.0)
        >>> bool(np.array_equal(y, X[:, 0] * X[:, 1] < 0))
        True
    """
    return draw_task("xor", n, noise, seed)


def spiral_arm(t: FloatArray) -> FloatArray:
    """Return the points ``(n, 2)`` of the first arm at ``t`` in [0, 1], its share of the angle."""
    angle = SPIRAL_ANGLE * t
    radius = SPIRAL_START + (OUTER_RADIUS - SPIRAL_START) * t
    return np.column_stack((radius * np.cos(angle), radius * np.sin(angle)))


def turned_spiral_arm(t: FloatArray) -> FloatArray:
    """Return the points ``(n, 2)`` of the second arm at ``t`` in [0, 1]."""
    return -spiral_arm(t)


def outer_circle(t: FloatArray) -> FloatArray:
    """Return the points ``(n, 2)`` of the outer circle at ``t`` in [0, 1], turns."""
    angle = 2.0 * math.pi * t
    return OUTER_RADIUS * np.column_stack((np.cos(angle), np.sin(angle)))


def inner_circle(t: FloatArray) -> FloatArray:
    """Return the points ``(n, 2)`` of the inner circle at ``t`` in [0, 1], turns."""
    return INNER_RADIUS / OUTER_RADIUS * outer_circle(t)


# The curve of class 0 and of class 1; points are uniform in the curve's parameter.
CURVES: dict[str, tuple[Curve, Curve]] = {
    "spiral": (spiral_arm, turned_spiral_arm),
    "circles": (outer_circle, inner_circle),
}
DRAWN_TASKS = (*CURVES, "xor")


def draw_task(
    task: str, n: int, noise: float, seed: int, part: int = 0
) -> tuple[FloatArray, IntArray]:
    """Draw ``n`` points of a task; different parts of one seed are independent draws.

    Args:
        task: one of ``DRAWN_TASKS``.
        n: number of points, >= 2.
        noise: standard deviation of the noise, 0 to 1000.
        seed: seed of the draw, 0 to 2**64 - 1.
        part: number of the draw, >= 0; 0 is what the public ``make_*`` functions return.

    Returns:
        X: ``(n, 2)`` float64.
        y: ``(n,)`` int64, 0 or 1.

    Raises:
        TypeError: an argument is not a number.
        ValueError: an argument is out of its range.
    """
    check_choice("task", task, DRAWN_TASKS)
    n = check_integer("n", n, 2)
    noise = check_number("noise", noise, 0.0, _MAX_NOISE)
    seed = check_integer("seed", seed, 0, _MAX_SEED)
    part = check_integer("part", part, 0)
    rng = stream(seed, Purpose.DATA, generation=part, genome=DRAWN_TASKS.index(task))
    points, labels = _draw_square(n, rng) if task == "xor" else _draw_curves(CURVES[task], n, rng)
    points = points + noise * rng.standard_normal((n, 2))
    order = rng.permutation(n)
    return np.ascontiguousarray(points[order]), labels[order]


def _draw_curves(
    curves: tuple[Curve, Curve], n: int, rng: np.random.Generator
) -> tuple[FloatArray, IntArray]:
    n_second = n // 2
    n_first = n - n_second
    t = rng.random(n)
    points = np.concatenate((curves[0](t[:n_first]), curves[1](t[n_first:])))
    return points, np.repeat(np.array([0, 1], dtype=np.int64), (n_first, n_second))


def _draw_square(n: int, rng: np.random.Generator) -> tuple[FloatArray, IntArray]:
    points = rng.uniform(-1.0, 1.0, (n, 2))
    positive = points > 0.0
    return points, (positive[:, 0] != positive[:, 1]).astype(np.int64)
