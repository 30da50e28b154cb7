"""The polynomials keep the errors that the module states, as arrays and as instructions."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.emitted import native_formula
from tests.network_reference import ACTIVATIONS

from spiral_monolith_neat_numpy.arrays import Float32Array, FloatArray
from spiral_monolith_neat_numpy.kernels import formulas
from spiral_monolith_neat_numpy.kernels.operators import ArrayOps
from spiral_monolith_neat_numpy.settings import ACTIVATION_NAMES

Formula = Callable[..., Any]
CODES = range(len(ACTIVATION_NAMES))
WORLDS = ("arrays", "instructions")
MOST = float(np.finfo(np.float32).max)


def apply(formula: Formula, x: Float32Array, world: str, n_results: int = 1) -> list[Any]:
    """Return the formula's results as float64, in one of its two worlds."""
    if world == "instructions":
        found = native_formula(formula, n_results)(x)
    else:
        with np.errstate(all="ignore"):
            found = formula(ArrayOps(), x)
        found = list(found) if isinstance(found, tuple) else [found]
    return [np.broadcast_to(one, x.shape).astype(np.float64) for one in found]


def grid(low: float, high: float, n: int = 60_001) -> Float32Array:
    return np.linspace(low, high, n).astype(np.float32)


def relative(found: FloatArray, wanted: FloatArray, least: float) -> float:
    return float((np.abs(found - wanted) / np.maximum(least, np.abs(wanted))).max())


@pytest.mark.parametrize("world", WORLDS)
def test_exp_keeps_its_error(world: str) -> None:
    x = grid(-87.6, 88.3)
    (found,) = apply(formulas.exp, x, world)
    assert relative(found, np.exp(x.astype(np.float64)), 0.0) <= 1.3e-7


@pytest.mark.parametrize("world", WORLDS)
def test_exp_ends_in_zero_and_infinity(world: str) -> None:
    x = np.array([-np.inf, -MOST, -87.7, 88.4, MOST, np.inf, 0.0], dtype=np.float32)
    (found,) = apply(formulas.exp, x, world)
    assert found.tolist() == [0.0, 0.0, 0.0, np.inf, np.inf, np.inf, 1.0]


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("ends", [(-87.0, 88.0), (-1.0, 1.0), (-0.01, 0.01)])
def test_log_keeps_its_error(ends: tuple[float, float], world: str) -> None:
    x = np.exp(np.linspace(*ends, 60_001)).astype(np.float32)
    (found,) = apply(formulas.log, x, world)
    assert relative(found, np.log(x.astype(np.float64)), 1.0) <= 1.2e-7


@pytest.mark.parametrize("world", WORLDS)
def test_log_of_infinity_is_infinity(world: str) -> None:
    (found,) = apply(formulas.log, np.array([np.inf, 1.0], dtype=np.float32), world)
    assert found.tolist() == [np.inf, 0.0]


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("reach", [4.0, 1000.0])
@pytest.mark.parametrize(
    ("formula", "wanted"), [(formulas.sine, np.sin), (formulas.cosine, np.cos)]
)
def test_sine_and_cosine_keep_their_error(
    formula: Formula, wanted: Formula, reach: float, world: str
) -> None:
    x = grid(-reach, reach)
    (found,) = apply(formula, x, world)
    assert np.abs(found - wanted(x.astype(np.float64))).max() <= 2e-7


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("formula", [formulas.sine, formulas.cosine])
def test_sine_and_cosine_of_huge_numbers_stay_within_one(formula: Formula, world: str) -> None:
    sizes = np.exp(np.linspace(np.log(1e3), np.log(MOST), 10_001))
    x = np.concatenate([sizes, -sizes]).astype(np.float32)
    (found,) = apply(formula, x, world)
    assert np.abs(found).max() <= 1.0 + 1e-6


ERRORS = {"sigmoid": 2e-7, "tanh": 4e-7, "gaussian": 2e-7, "steep_sigmoid": 2e-7}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("name", ERRORS)
@pytest.mark.parametrize("reach", [1.0, 9.0, 100.0])
def test_bounded_activations_keep_their_error(name: str, reach: float, world: str) -> None:
    code = ACTIVATION_NAMES.index(name)
    x = grid(-reach, reach)
    found, _ = apply(formulas.WITH_SLOPE[code], x, world, 2)
    wanted = ACTIVATIONS[code][0](x.astype(np.float64))
    assert np.abs(found - wanted).max() <= ERRORS[name]


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("reach", [1.0, 100.0])
def test_softplus_and_its_derivative_keep_their_errors(reach: float, world: str) -> None:
    x = grid(-reach, reach)
    softplus, sigmoid = apply(formulas.softplus_and_sigmoid, x, world, 2)
    exact = x.astype(np.float64)
    assert relative(softplus, np.logaddexp(0.0, exact), 1.0) <= 3e-7
    assert np.abs(sigmoid - np.exp(-np.logaddexp(0.0, -exact))).max() <= 2e-7


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("code", CODES, ids=ACTIVATION_NAMES)
def test_slope_is_the_derivative(code: int, world: str) -> None:
    x = grid(-12.0, 12.0)
    _, slope = apply(formulas.WITH_SLOPE[code], x, world, 2)
    wanted = ACTIVATIONS[code][1](x.astype(np.float64))
    assert relative(slope, wanted, 1.0) <= 1e-6


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("code", CODES, ids=ACTIVATION_NAMES)
def test_nan_stays_nan(code: int, world: str) -> None:
    x = np.full(32, np.nan, dtype=np.float32)
    value, _ = apply(formulas.WITH_SLOPE[code], x, world, 2)
    assert np.isnan(value).all()


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("formula", [formulas.exp, formulas.log, formulas.sine, formulas.cosine])
def test_functions_of_nan_are_nan(formula: Formula, world: str) -> None:
    (value,) = apply(formula, np.array([np.nan, 1.0], dtype=np.float32), world)
    assert np.isnan(value).tolist() == [True, False]


# Values at -infinity, -MOST, MOST and infinity; the sine of an infinity is not a number.
ENDS = {
    "identity": [-np.inf, -MOST, MOST, np.inf],
    "tanh": [-1.0, -1.0, 1.0, 1.0],
    "relu": [0.0, 0.0, MOST, np.inf],
    "sigmoid": [0.0, 0.0, 1.0, 1.0],
    "gaussian": [0.0, 0.0, 0.0, 0.0],
    "softplus": [0.0, 0.0, MOST, np.inf],
    "abs": [np.inf, MOST, MOST, np.inf],
    "square": [np.inf, np.inf, np.inf, np.inf],
    "steep_sigmoid": [0.0, 0.0, 1.0, 1.0],
}
SLOPES = {
    "identity": [1.0, 1.0, 1.0, 1.0],
    "tanh": [0.0, 0.0, 0.0, 0.0],
    "relu": [0.0, 0.0, 1.0, 1.0],
    "sigmoid": [0.0, 0.0, 0.0, 0.0],
    "gaussian": [0.0, 0.0, 0.0, 0.0],
    "softplus": [0.0, 0.0, 1.0, 1.0],
    "abs": [-1.0, -1.0, 1.0, 1.0],
    "square": [-np.inf, -np.inf, np.inf, np.inf],
    "steep_sigmoid": [0.0, 0.0, 0.0, 0.0],
}


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("name", ENDS)
def test_infinity_and_the_largest_numbers_keep_their_meaning(name: str, world: str) -> None:
    x = np.array([-np.inf, -MOST, MOST, np.inf], dtype=np.float32)
    value, slope = apply(formulas.WITH_SLOPE[ACTIVATION_NAMES.index(name)], x, world, 2)
    np.testing.assert_allclose(value, ENDS[name], atol=4e-7)
    np.testing.assert_allclose(slope, SLOPES[name], atol=1e-6)


@pytest.mark.parametrize("world", WORLDS)
def test_sine_of_infinity_is_not_a_number(world: str) -> None:
    x = np.array([-np.inf, np.inf], dtype=np.float32)
    value, slope = apply(formulas.WITH_SLOPE[ACTIVATION_NAMES.index("sine")], x, world, 2)
    assert np.isnan([value, slope]).all()


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("name", ["relu", "abs"])
def test_slope_at_a_kink_is_the_one_to_the_right(name: str, world: str) -> None:
    zeros = np.array([0.0, -0.0], dtype=np.float32)
    _, slope = apply(formulas.WITH_SLOPE[ACTIVATION_NAMES.index(name)], zeros, world, 2)
    assert slope.tolist() == [1.0, 1.0]


@given(st.lists(st.floats(width=32), min_size=1, max_size=40), st.sampled_from(CODES))
def test_both_worlds_agree_on_any_number(numbers: list[float], code: int) -> None:
    x = np.array(numbers, dtype=np.float32)
    pairs = zip(*(apply(formulas.WITH_SLOPE[code], x, world, 2) for world in WORLDS), strict=True)
    # A rounded multiple of pi may differ where |x| is so large that its digits are lost.
    sure = np.abs(x) < 1e5 if ACTIVATION_NAMES[code] == "sine" else np.full(x.size, True)
    for arrays, instructions in pairs:
        np.testing.assert_allclose(arrays[sure], instructions[sure], rtol=1e-6, atol=1e-6)
