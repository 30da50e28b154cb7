"""Two poles on a cart move as Lagrange's equations say."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import poles_reference as twin

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.kernels.poles import HINGE_FRICTION, accelerations, advance

START = np.array([0.0, 0.0, 0.07, 0.0, 0.0, 0.0])
numbers = st.floats(-3.0, 3.0)
states = st.lists(numbers, min_size=6, max_size=6).map(np.array)


def moved(state: FloatArray, force: float, friction: float, dt: float, n: int = 1) -> FloatArray:
    made = state.copy()
    for _ in range(n):
        advance(force, friction, dt, made)
    return made


@given(states, st.floats(-10.0, 10.0), st.sampled_from([0.0, HINGE_FRICTION, 0.1]))
def test_accelerations_are_those_of_the_twin(
    state: FloatArray, force: float, friction: float
) -> None:
    found = accelerations(force, state[2], state[3], state[4], state[5], friction)
    np.testing.assert_allclose(
        found, twin.slope(state, force, friction)[1::2], rtol=1e-11, atol=1e-11
    )


@given(states, st.floats(-10.0, 10.0))
def test_a_step_is_that_of_the_twin(state: FloatArray, force: float) -> None:
    found = moved(state, force, HINGE_FRICTION, 0.01)
    wanted = twin.step(state, force, HINGE_FRICTION, 0.01)
    np.testing.assert_allclose(found, wanted, rtol=1e-12, atol=1e-12)


def test_poles_at_rest_worked_by_hand() -> None:
    # Upright: effective masses are a quarter of the poles'; 10 / 1.0275 = 9.73236...
    cart = 10.0 / 1.0275
    found = accelerations(10.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    np.testing.assert_allclose(found, [cart, -1.5 * cart, -15.0 * cart], rtol=1e-14)
    # Lying: a rod falls with 3 g / (4 half), and the cart stays where it is.
    found = accelerations(0.0, np.pi / 2, 0.0, -np.pi / 2, 0.0, 0.0)
    np.testing.assert_allclose(found, [0.0, 14.7, -147.0], atol=1e-12)


def test_upright_and_at_rest_is_an_equilibrium() -> None:
    assert moved(np.zeros(6), 0.0, HINGE_FRICTION, 0.01, 100).tolist() == [0.0] * 6


@given(states, st.floats(-10.0, 10.0))
def test_the_mirror_image_moves_as_the_mirror_image(state: FloatArray, force: float) -> None:
    one = moved(state, force, HINGE_FRICTION, 0.01, 20)
    other = moved(-state, -force, HINGE_FRICTION, 0.01, 20)
    assert one.tolist() == (-other).tolist()


def test_without_friction_and_force_energy_stays() -> None:
    # Both poles fall and swing through: ten seconds, short pole up to 20 rad/s and more.
    state, start = START.copy(), twin.energy(START)
    drift = widest = 0.0
    for _ in range(10_000):
        advance(0.0, 0.0, 0.001, state)
        drift = max(drift, abs(twin.energy(state) - start))
        widest = max(widest, abs(state[2]))
    assert widest > 3.0
    assert drift < 1e-6 * start


def test_energy_drifts_with_the_fourth_power_of_the_step_at_least() -> None:
    state = np.array([0.0, 0.5, 0.4, -1.0, -0.3, 2.0])
    drifts = []
    for n in (100, 200):
        end = moved(state, 0.0, 0.0, 1.0 / n, n)
        drifts.append(abs(twin.energy(end) - twin.energy(state)))
    assert drifts[1] < drifts[0] / 14.0


def test_friction_takes_energy() -> None:
    end = moved(START, 0.0, 1e-3, 0.001, 2000)
    assert twin.energy(end) < twin.energy(START) - 1e-4


def test_the_method_is_of_fourth_order() -> None:
    state = np.array([0.1, 0.5, 0.4, -1.0, -0.3, 2.0])
    exact = moved(state, 3.0, HINGE_FRICTION, 0.1 / 1600, 1600)
    errors = [
        float(np.abs(moved(state, 3.0, HINGE_FRICTION, 0.1 / n, n) - exact).max())
        for n in (10, 20, 40)
    ]
    assert errors[0] / errors[1] == pytest.approx(16.0, rel=0.25)
    assert errors[1] / errors[2] == pytest.approx(16.0, rel=0.25)
