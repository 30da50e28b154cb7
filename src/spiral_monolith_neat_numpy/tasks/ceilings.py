"""Bayes ceilings of the drawn tasks: the accuracy that no classifier can pass.

The densities of the classes are known, so the best rule is too: on the curves they are
integrals of a Gaussian along the curve, taken by the midpoint rule on a grid much finer than
the noise; on the square they are products of normal distribution functions, exactly.
"""

import math

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.errors import check_choice, check_features, check_number
from spiral_monolith_neat_numpy.tasks.generators import (
    CURVES,
    DEFAULT_NOISE,
    DRAWN_TASKS,
    SPIRAL_ANGLE,
    Curve,
    draw_task,
)

_MIN_NOISE = 0.01  # below it the grid grows large and the ceilings of the curves are 1
_MAX_NOISE = 10.0
_STEPS_PER_NOISE = 4.0  # at a spacing of noise / 4 the midpoint rule's error is negligible
_MAX_SPEED = 1.1 * SPIRAL_ANGLE  # upper limit of |d curve / dt| over all curves
_ROWS_AT_ONCE = 2048  # bounds the working memory
_FRESH_PART = 1_000_000  # a draw that no training, validation or test part uses


def bayes_accuracy(
    task: str, noise: float = DEFAULT_NOISE, n: int = 100_000, seed: int = 0
) -> float:
    """Estimate the accuracy of the Bayes rule of a drawn task.

    It is the mean, over ``n`` fresh points, of the larger posterior probability: the share
    of such points that the rule gets right, with less scatter than counting them.

    Args:
        task: "spiral", "circles" or "xor".
        noise: standard deviation of the task's noise, 0.01 to 10.
        n: number of fresh points, >= 2.
        seed: seed of the draw.

    Returns:
        The accuracy; its standard error is below 0.5 / sqrt(n).

    Raises:
        ValueError: an argument is out of its range.

    Example:
        >>> 0.99 < bayes_accuracy("spiral", n=2000) < 1.0
        True
    """
    noise = check_number("noise", noise, _MIN_NOISE, _MAX_NOISE)
    points, _ = draw_task(task, n, noise, seed, part=_FRESH_PART)
    return float(bayes_posterior(task, points, noise).max(axis=1).mean())


def bayes_posterior(task: str, X: FloatArray, noise: float = DEFAULT_NOISE) -> FloatArray:
    """Return the probability of each class at each point, from the task's own densities.

    Args:
        task: "spiral", "circles" or "xor".
        X: ``(n, 2)`` float64 points.
        noise: standard deviation of the task's noise, 0.01 to 10.

    Returns:
        ``(n, 2)`` float64, rows sum to 1. Where both densities underflow to 0, far from all
        points of the task, both are 0.5.

    Raises:
        ValueError: an argument is out of its range.
    """
    check_choice("task", task, DRAWN_TASKS)
    noise = check_number("noise", noise, _MIN_NOISE, _MAX_NOISE)
    X = check_features("X", X, 2)
    if task == "xor":
        joint = _square_densities(X, noise)
    else:
        joint = np.column_stack([_curve_density(curve, X, noise) for curve in CURVES[task]])
    total = joint.sum(axis=1, keepdims=True)
    known = total > 0.0
    return np.where(known, joint / np.where(known, total, 1.0), 0.5)


def _curve_density(curve: Curve, X: FloatArray, noise: float) -> FloatArray:
    """Return exp(-d**2 / (2 noise**2)) averaged along the curve, for each row of ``X``.

    The Gaussian's constant is left out: it is the same for both classes.
    """
    n_steps = math.ceil(max(64.0, _STEPS_PER_NOISE * _MAX_SPEED / noise))
    on_curve = curve((np.arange(n_steps) + 0.5) / n_steps)
    density = np.empty(X.shape[0])
    for start in range(0, X.shape[0], _ROWS_AT_ONCE):
        rows = X[start : start + _ROWS_AT_ONCE]
        squared = np.square(rows[:, :1] - on_curve[:, 0]) + np.square(rows[:, 1:] - on_curve[:, 1])
        density[start : start + rows.shape[0]] = np.exp(squared / (-2.0 * noise**2)).mean(axis=1)
    return density


def _square_densities(X: FloatArray, noise: float) -> FloatArray:
    """Return the joint density of point and class on the noisy square, ``(n, 2)``.

    A coordinate U + e, U uniform on [a, b] and e normal, has density
    (Phi((x - a) / noise) - Phi((x - b) / noise)) / (b - a).
    """
    positive = 0.5 * (_normal_cdf(X / noise) - _normal_cdf((X - 1.0) / noise))
    negative = 0.5 * (_normal_cdf((X + 1.0) / noise) - _normal_cdf(X / noise))
    same = positive[:, 0] * positive[:, 1] + negative[:, 0] * negative[:, 1]
    different = positive[:, 0] * negative[:, 1] + negative[:, 0] * positive[:, 1]
    return np.column_stack((same, different))


def _normal_cdf(z: FloatArray) -> FloatArray:
    erf = np.frompyfunc(math.erf, 1, 1)
    return 0.5 * (1.0 + np.asarray(erf(z / math.sqrt(2.0)), dtype=np.float64))
