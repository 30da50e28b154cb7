"""Sine and cosine near 0 are those of the standard library."""

import math

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.kernels.trigonometry import EIGHTH_TURN, sin_cos_near_0


@given(st.floats(-EIGHTH_TURN, EIGHTH_TURN))
def test_they_are_right_to_the_last_bit_but_one(x: float) -> None:
    sine, cosine = sin_cos_near_0(x)
    assert abs(sine - math.sin(x)) <= 2.3e-16 * abs(math.sin(x))
    assert abs(cosine - math.cos(x)) <= 2.3e-16


@given(st.floats(0.0, EIGHTH_TURN))
def test_sine_is_odd_and_cosine_even(x: float) -> None:
    sine, cosine = sin_cos_near_0(x)
    assert sin_cos_near_0(-x) == (-sine, cosine)


def test_the_ends() -> None:
    assert math.pi / 4.0 == EIGHTH_TURN
    assert sin_cos_near_0(0.0) == (0.0, 1.0)
    np.testing.assert_allclose(sin_cos_near_0(EIGHTH_TURN), math.sqrt(0.5), rtol=3e-16)
