"""One update by Adam is that of the paper's algorithm 1, with decay and limits."""

from typing import Any

import numpy as np
import pytest
from tests.conftest import JIT_OFF
from tests.kernels.emitted import native

from spiral_monolith_neat_numpy.arrays import AnyArray, Float32Array
from spiral_monolith_neat_numpy.kernels import adam
from spiral_monolith_neat_numpy.kernels.adam import adam_update, take_gradient
from spiral_monolith_neat_numpy.kernels.registers import FOLD, LANES
from spiral_monolith_neat_numpy.kernels.wiring import TrainingPlan

ROW: list[Any] = [native(adam.emit_adam_row, "ifffffaaaa")]
if JIT_OFF:
    ROW.append(adam.adam_row)


def plan(rate: float = 0.01, l2: float = 0.0, weight_clip: float = 12.0) -> TrainingPlan:
    return TrainingPlan(3, 1, rate, l2, 5.0, weight_clip, 0, 0)


def normal(*shape: int, seed: int = 0, size: float = 1.0) -> Float32Array:
    return np.random.default_rng(seed).normal(0.0, size, shape).astype(np.float32)


def run_updates(the_plan: TrainingPlan, gradients: AnyArray, start: Float32Array) -> Float32Array:
    moved = start.copy()
    mean, square = np.zeros_like(start), np.zeros_like(start)
    for t, gradient in enumerate(gradients, 1):
        adam_update(the_plan, t, 1, 1.0, gradient, mean, square, moved)
    return moved


def algorithm_1(
    the_plan: TrainingPlan, gradients: AnyArray, start: Float32Array, decays: AnyArray
) -> AnyArray:
    moved, m, v = start.astype(np.float64), 0.0, 0.0
    for t, g in enumerate(gradients.astype(np.float64), 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        step = the_plan.learning_rate * (m / (1 - 0.9**t)) / (np.sqrt(v / (1 - 0.999**t)) + 1e-8)
        moved = moved * (1 - the_plan.learning_rate * the_plan.l2 * decays) - step
        moved = np.clip(moved, -the_plan.weight_clip, the_plan.weight_clip)
    return moved


@pytest.mark.parametrize("size", [1e-9, 1e-4, 1.0, 1e4])
@pytest.mark.parametrize("the_plan", [plan(), plan(0.1, 0.5), plan(0.3, 0.0, 0.9)])
def test_updates_equal_the_textbook_for_gradients_of_any_size(
    the_plan: TrainingPlan, size: float
) -> None:
    gradients, start = normal(20, 2, LANES, size=size), normal(2, LANES, seed=1)
    found = run_updates(the_plan, gradients, start)
    decays = np.array([[1.0], [0.0]])  # the first row holds weights, the second biases
    wanted = algorithm_1(the_plan, gradients, start, decays)
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


def test_first_step_is_the_rate_against_the_sign_of_the_gradient() -> None:
    start = np.zeros((1, LANES), dtype=np.float32)
    gradients = normal(1, 1, LANES)
    found = run_updates(plan(0.01), gradients, start)
    np.testing.assert_allclose(found, -0.01 * np.sign(gradients[0]), rtol=1e-5)


def test_no_gradient_moves_nothing_but_the_decay() -> None:
    start = normal(2, LANES)
    found = run_updates(plan(0.1, 0.5), np.zeros((1, 2, LANES), np.float32), start)
    np.testing.assert_allclose(found[0], start[0] * 0.95, rtol=1e-6)
    assert np.array_equal(found[1], start[1])


@pytest.mark.parametrize("run", ROW)
def test_a_row_keeps_within_its_limit(run: Any) -> None:
    gradient, start = normal(1, LANES), np.zeros((1, LANES), dtype=np.float32)
    mean, square = np.zeros_like(start), np.zeros_like(start)
    run(0, 1.0, 100.0, 1e-8, 1.0, 0.5, gradient, mean, square, start)
    assert np.array_equal(start, -0.5 * np.sign(gradient))


@pytest.mark.parametrize("run", ROW)
def test_a_row_moves_like_the_textbook_and_no_other_row_moves(run: Any) -> None:
    gradient, start = normal(2, LANES), normal(2, LANES, seed=1)
    mean, square = normal(2, LANES, seed=2), normal(2, LANES, seed=3) ** 2
    m = 0.9 * mean[1] + 0.1 * 0.5 * gradient[1]
    v = 0.999 * square[1] + 0.001 * (0.5 * gradient[1]) ** 2
    wanted = 0.9 * start[1] - 0.01 * m / (np.sqrt(v) + 1e-6)
    arrays = [gradient, mean, square, start.copy()]
    run(1, 0.5, 0.01, 1e-6, 0.9, 100.0, *arrays)
    np.testing.assert_allclose(arrays[1][1], m, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(arrays[2][1], v, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(arrays[3][1], wanted, rtol=1e-5, atol=1e-6)
    assert np.array_equal(arrays[3][0], start[0])


def test_gradient_is_summed_scaled_measured_and_its_sums_are_zeroed() -> None:
    partial = normal(2 * LANES, FOLD)
    sums = partial.sum(axis=1, dtype=np.float64)
    gradient = np.empty((2, LANES), dtype=np.float32)
    norm = take_gradient(0.5, partial, gradient)
    np.testing.assert_allclose(gradient.reshape(-1), 0.5 * sums, rtol=1e-5, atol=1e-6)
    assert norm == pytest.approx(0.5 * float(np.linalg.norm(sums)), rel=1e-5)
    assert not partial.any()


def test_norm_of_huge_gradients_does_not_overflow() -> None:
    partial = np.zeros((LANES, FOLD), dtype=np.float32)
    partial[:4, 0] = 1e30
    norm = take_gradient(1.0, partial, np.empty((1, LANES), dtype=np.float32))
    assert norm == pytest.approx(2e30, rel=1e-5)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_norm_of_a_gradient_that_is_not_finite_is_not_finite(bad: float) -> None:
    partial = np.zeros((LANES, FOLD), dtype=np.float32)
    partial[3, 2] = bad
    norm = take_gradient(1.0, partial, np.empty((1, LANES), dtype=np.float32))
    assert not np.isfinite(norm)
    assert not partial.any()
