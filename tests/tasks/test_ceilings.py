"""Bayes ceilings: against counting, against closed forms, and in the limits."""

import math

import numpy as np
import pytest

from spiral_monolith_neat_numpy.tasks.ceilings import bayes_accuracy, bayes_posterior
from spiral_monolith_neat_numpy.tasks.generators import (
    DRAWN_TASKS,
    INNER_RADIUS,
    OUTER_RADIUS,
    draw_task,
)


@pytest.mark.parametrize("task", DRAWN_TASKS)
@pytest.mark.parametrize("noise", [0.05, 0.2])
def test_the_ceiling_is_the_share_of_fresh_points_that_the_rule_gets_right(
    task: str, noise: float
) -> None:
    X, y = draw_task(task, 20_000, noise, seed=11, part=4)
    counted = np.mean(bayes_posterior(task, X, noise).argmax(axis=1) == y)
    assert bayes_accuracy(task, noise, n=20_000) == pytest.approx(counted, abs=0.012)


def test_the_ceiling_of_the_spirals_is_about_what_the_project_states() -> None:
    assert bayes_accuracy("spiral", n=20_000) == pytest.approx(0.993, abs=0.002)


@pytest.mark.parametrize("task", DRAWN_TASKS)
def test_more_noise_never_raises_the_ceiling(task: str) -> None:
    ceilings = [bayes_accuracy(task, noise, n=4000) for noise in (0.02, 0.1, 0.4, 3.0)]
    assert sorted(ceilings, reverse=True) == ceilings
    assert 0.5 <= ceilings[-1] < 0.62


def test_circles_agree_with_the_bessel_function() -> None:
    # Density of a noisy ring at distance d: exp(-(d - R)**2 / (2 s**2)) I0e(d R / s**2).
    noise = 0.2
    X = np.random.default_rng(0).normal(0.0, 0.8, (200, 2))
    d = np.hypot(X[:, 0], X[:, 1])
    ring = [
        np.exp(-(d**2 + radius**2) / (2.0 * noise**2)) * np.i0(d * radius / noise**2)
        for radius in (OUTER_RADIUS, INNER_RADIUS)
    ]
    expected = ring[1] / (ring[0] + ring[1])
    np.testing.assert_allclose(bayes_posterior("circles", X, noise)[:, 1], expected, atol=1e-9)


def test_the_square_agrees_with_a_sum_over_a_fine_grid() -> None:
    noise = 0.3
    X = np.random.default_rng(1).uniform(-1.3, 1.3, (40, 2))
    grid = (np.arange(400) + 0.5) / 200.0 - 1.0
    kernel = np.exp(-((X[:, :, None] - grid) ** 2) / (2.0 * noise**2))
    negative, positive = kernel[:, :, :200].sum(axis=2), kernel[:, :, 200:].sum(axis=2)
    same = positive[:, 0] * positive[:, 1] + negative[:, 0] * negative[:, 1]
    different = positive[:, 0] * negative[:, 1] + negative[:, 0] * positive[:, 1]
    expected = different / (same + different)
    np.testing.assert_allclose(bayes_posterior("xor", X, noise)[:, 1], expected, atol=1e-5)


def test_the_ceiling_of_xor_is_one_where_noise_is_small() -> None:
    # Only a strip of width ~ noise along the axes is in doubt.
    assert bayes_accuracy("xor", 0.01, n=4000) == pytest.approx(1.0 - 0.01 * 0.8, abs=0.005)


@pytest.mark.parametrize("task", DRAWN_TASKS)
def test_posteriors_sum_to_one_and_are_even_where_nothing_is_known(task: str) -> None:
    X = np.array([[0.1, 0.2], [0.0, 0.0], [1e6, -1e6]])
    posterior = bayes_posterior(task, X)
    np.testing.assert_allclose(posterior.sum(axis=1), 1.0)
    np.testing.assert_array_equal(posterior[2], [0.5, 0.5])


@pytest.mark.parametrize(
    ("task", "noise", "message"),
    [
        ("moons", 0.1, "task must be one of 'spiral', 'circles', 'xor', got 'moons'"),
        ("xor", 0.0, r"noise must be in \[0.01, 10\], got 0.0"),
        ("xor", math.nan, r"noise must be in \[0.01, 10\], got nan"),
    ],
)
def test_a_bad_argument_is_named(task: str, noise: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        bayes_accuracy(task, noise)
