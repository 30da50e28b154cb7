"""Operations on rows: the instructions and the Python bodies do what plain NumPy does."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conftest import JIT_OFF
from tests.kernels.emitted import native

from spiral_monolith_neat_numpy.arrays import Float32Array
from spiral_monolith_neat_numpy.kernels import simd
from spiral_monolith_neat_numpy.kernels.registers import FOLD, LANES

# Where the JIT is on, kernels see the instructions in place of the functions.
FUNCTIONS: dict[str, list[Any]] = {
    "weighted_sum": [native(simd.emit_weighted_sum, "aaaiifi")],
    "pull_back": [native(simd.emit_pull_back, "aaaaiiia")],
    "add_folded": [native(simd.emit_add_folded, "aiai")],
    "take_partial": [native(simd.emit_take_partial, "ai", returns=True)],
}
if JIT_OFF:
    for name, found in FUNCTIONS.items():
        found.append(getattr(simd, name))
COUNTS = st.integers(0, 9)


def both(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("run", FUNCTIONS[name])


def normal(rng: np.random.Generator, *shape: int) -> Float32Array:
    return rng.normal(size=shape).astype(np.float32)


@both("weighted_sum")
@given(n_before=COUNTS, n=COUNTS, seed=st.integers(0, 100))
def test_weighted_sum_adds_weighted_rows_to_the_bias(
    run: Any, n_before: int, n: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values, weight = normal(rng, 6, LANES), normal(rng, n_before + n + 2)
    source = rng.integers(0, 5, weight.size).astype(np.int32)
    bias = float(normal(rng, 1)[0])
    kept = values.copy()
    run(values, source, weight, n_before, n_before + n, bias, 5)
    edges = slice(n_before, n_before + n)
    wanted = bias + weight[edges].astype(np.float64) @ kept[source[edges]].astype(np.float64)
    np.testing.assert_allclose(values[5], wanted, rtol=1e-5, atol=1e-5)
    assert np.array_equal(values[:5], kept[:5])


@both("weighted_sum")
def test_weighted_sum_keeps_nan_and_infinity_in_their_lanes(run: Any) -> None:
    values = np.ones((3, LANES), dtype=np.float32)
    values[0, 3], values[1, 5] = np.nan, np.inf
    run(values, np.array([0, 1], np.int32), np.array([1.0, -2.0], np.float32), 0, 2, 0.0, 2)
    assert np.isnan(values[2, 3])
    assert values[2, 5] == -np.inf
    assert np.array_equal(np.delete(values[2], [3, 5]), np.full(LANES - 2, -1.0))


@both("pull_back")
@given(n_before=COUNTS, n=COUNTS, seed=st.integers(0, 100))
def test_pull_back_carries_blame_and_adds_up_gradients(
    run: Any, n_before: int, n: int, seed: int
) -> None:
    rng = np.random.default_rng(seed)
    values, delta = normal(rng, 6, LANES), normal(rng, 6, LANES)
    weight, partial = normal(rng, n_before + n + 2), normal(rng, n_before + n + 2, FOLD)
    target = rng.integers(1, 6, weight.size).astype(np.int32)
    kept_delta, kept_partial = delta.copy(), partial.astype(np.float64)
    run(values, delta, target, weight, n_before, n_before + n, 0, partial)
    edges = range(n_before, n_before + n)
    blame = sum((weight[e] * kept_delta[target[e]] for e in edges), np.zeros(LANES))
    np.testing.assert_allclose(delta[0], kept_delta[0] * blame, rtol=1e-4, atol=1e-4)
    assert np.array_equal(delta[1:], kept_delta[1:])
    for e in edges:
        products = (values[0] * kept_delta[target[e]]).reshape(-1, FOLD)
        kept_partial[e] += products.sum(axis=0, dtype=np.float64)
    np.testing.assert_allclose(partial, kept_partial, rtol=1e-4, atol=1e-4)


@both("add_folded")
def test_add_folded_adds_every_eighth_lane(run: Any) -> None:
    rows = np.arange(2 * LANES, dtype=np.float32).reshape(2, LANES)
    partial = np.ones((3, FOLD), dtype=np.float32)
    run(rows, 1, partial, 2)
    assert np.array_equal(partial[2], 1.0 + rows[1].reshape(-1, FOLD).sum(axis=0))
    assert (partial[:2] == 1.0).all()


@both("take_partial")
def test_take_partial_returns_the_sum_and_leaves_zero(run: Any) -> None:
    partial = np.arange(3 * FOLD, dtype=np.float32).reshape(3, FOLD)
    assert run(partial, 1) == sum(range(FOLD, 2 * FOLD))
    assert not partial[1].any()
    assert partial[0].sum() == sum(range(FOLD))
    assert run(partial, 1) == 0.0
