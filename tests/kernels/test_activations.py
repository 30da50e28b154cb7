"""Activations of a row: the right one by code, and nothing but that row."""

from typing import Any

import numpy as np
import pytest
from tests.conftest import JIT_OFF
from tests.kernels.emitted import native
from tests.network_reference import ACTIVATIONS

from spiral_monolith_neat_numpy.kernels import activations
from spiral_monolith_neat_numpy.kernels.formulas import WITH_SLOPE
from spiral_monolith_neat_numpy.kernels.registers import LANES
from spiral_monolith_neat_numpy.settings import ACTIVATION_NAMES

ACTIVATE: list[Any] = [native(activations.emit_activate, "iia")]
SLOPED: list[Any] = [native(activations.emit_activate_with_slope, "iiaa")]
if JIT_OFF:
    ACTIVATE.append(activations.activate)
    SLOPED.append(activations.activate_with_slope)
CODES = range(len(ACTIVATION_NAMES))


def rows(n: int) -> Any:
    return np.linspace(-3.0, 3.0, n * LANES).astype(np.float32).reshape(n, LANES)


def test_codes_are_places_in_the_names_of_the_settings() -> None:
    assert [one.__name__.removeprefix("_with_slope_") for one in WITH_SLOPE] == [*ACTIVATION_NAMES]
    assert len(ACTIVATIONS) == len(ACTIVATION_NAMES)


@pytest.mark.parametrize("run", ACTIVATE)
@pytest.mark.parametrize("code", CODES, ids=ACTIVATION_NAMES)
def test_activate_replaces_one_row(run: Any, code: int) -> None:
    values = rows(3)
    run(code, 1, values)
    wanted = rows(3)
    wanted[1] = ACTIVATIONS[code][0](wanted[1].astype(np.float64))
    np.testing.assert_allclose(values, wanted, atol=5e-7)
    assert np.array_equal(values[[0, 2]], rows(3)[[0, 2]])


@pytest.mark.parametrize("run", SLOPED)
@pytest.mark.parametrize("code", CODES, ids=ACTIVATION_NAMES)
def test_activate_with_slope_also_writes_the_derivative(run: Any, code: int) -> None:
    values, slopes = rows(2), np.full((2, LANES), 7.0, dtype=np.float32)
    run(code, 0, values, slopes)
    sums = rows(2)[0].astype(np.float64)
    np.testing.assert_allclose(values[0], ACTIVATIONS[code][0](sums), atol=5e-7)
    np.testing.assert_allclose(slopes[0], ACTIVATIONS[code][1](sums), atol=1e-6)
    assert np.array_equal(values[1], rows(2)[1])
    assert (slopes[1] == 7.0).all()
