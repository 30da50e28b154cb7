"""Activations of one number are those of the twin, to the last digits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.network_reference import ACTIVATIONS

from spiral_monolith_neat_numpy.kernels.exact import activated, sigmoid
from spiral_monolith_neat_numpy.settings import ACTIVATION_NAMES

CODES = range(len(ACTIVATION_NAMES))


@pytest.mark.parametrize("code", CODES, ids=ACTIVATION_NAMES)
@given(x=st.floats(-30.0, 30.0))
def test_activation_is_that_of_the_twin(code: int, x: float) -> None:
    wanted = float(ACTIVATIONS[code][0](np.float64(x)))
    assert activated(code, x) == pytest.approx(wanted, rel=4e-15, abs=1e-15)


def test_worked_by_hand() -> None:
    found = [activated(code, 0.5) for code in CODES]
    exp = math.exp
    wanted = [0.5, (1 - exp(-1)) / (1 + exp(-1)), 0.5, 1 / (1 + exp(-0.5)), 0.479425538604203]
    wanted += [exp(-0.25), math.log(1 + exp(0.5)), 0.5, 0.25, 1 / (1 + exp(-2.45))]
    np.testing.assert_allclose(found, wanted, rtol=1e-14)


@pytest.mark.parametrize("code", CODES, ids=ACTIVATION_NAMES)
def test_nan_stays_nan(code: int) -> None:
    assert math.isnan(activated(code, math.nan))


@pytest.mark.parametrize("code", [-1, len(ACTIVATION_NAMES)])
def test_a_code_that_is_none_gives_nan(code: int) -> None:
    assert math.isnan(activated(code, 1.0))


def test_infinity_keeps_its_meaning() -> None:
    low, high = ([activated(code, end) for code in CODES] for end in (-math.inf, math.inf))
    inf, nan = math.inf, math.nan
    np.testing.assert_array_equal(low, [-inf, -1, 0, 0, nan, 0, 0, inf, inf, 0])
    np.testing.assert_array_equal(high, [inf, 1, inf, 1, nan, 0, inf, inf, inf, 1])


@given(st.floats(-1e4, 1e4))
def test_sigmoids_of_opposite_numbers_add_up_to_one(x: float) -> None:
    assert sigmoid(x) + sigmoid(-x) == pytest.approx(1.0, abs=3e-16)
