"""Losses of a block: values, derivatives and hits are those of float64, NaN is no hit."""

from typing import Any

import numpy as np
import pytest
from tests.conftest import JIT_OFF
from tests.kernels.emitted import native
from tests.network_reference import Batch, loss_and_slopes, share_right

from spiral_monolith_neat_numpy.arrays import AnyArray, Float32Array
from spiral_monolith_neat_numpy.kernels import loss
from spiral_monolith_neat_numpy.kernels.loss import LOGISTIC, SOFTMAX, SQUARED
from spiral_monolith_neat_numpy.kernels.registers import LANES

KINDS = {
    "softmax_loss": "aiaiaa",
    "logistic_loss": "aiaiaa",
    "squared_loss": "aiaiaa",
    "softmax_hits": "aiaia",
    "logistic_hits": "aiaia",
}
WORLDS = ("instructions", "arrays") if JIT_OFF else ("instructions",)
FIRST = 2  # row of the first output


def function(name: str, world: str) -> Any:
    if world == "arrays":
        return getattr(loss, name)
    return native(getattr(loss, f"emit_{name}"), KINDS[name], returns=True)


def block(n_outputs: int, size: float, seed: int = 0) -> tuple[Float32Array, ...]:
    """Return (values with logits from row FIRST on, targets, weight, delta)."""
    rng = np.random.default_rng(seed)
    values = rng.normal(0.0, size, (FIRST + n_outputs, LANES)).astype(np.float32)
    wanted = np.eye(n_outputs, dtype=np.float32)[rng.integers(0, n_outputs, LANES)].T.copy()
    if n_outputs == 1:
        wanted = rng.integers(0, 2, (1, LANES)).astype(np.float32)
    weight = rng.uniform(0.0, 1.0, (1, LANES)).astype(np.float32)
    return values, wanted, weight, np.zeros_like(values)


def batch_of(targets: AnyArray, weight: AnyArray) -> Batch:
    return Batch(np.zeros((LANES, 1)), targets.T.astype(np.float64), weight[0].astype(np.float64))


def check_loss(code: int, total: float, delta: AnyArray, arrays: tuple[AnyArray, ...]) -> None:
    values, targets, weight = arrays
    logits = values[FIRST:].T.astype(np.float64)
    wanted, slopes = loss_and_slopes(logits, batch_of(targets, weight), code)
    assert total == pytest.approx(wanted, rel=1e-5)
    np.testing.assert_allclose(delta[FIRST:], slopes.T, rtol=1e-5, atol=1e-6)
    assert not delta[:FIRST].any()


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("size", [0.1, 3.0, 60.0])
@pytest.mark.parametrize("n_outputs", [1, 2, 7])
def test_softmax_loss_equals_the_twin(n_outputs: int, size: float, world: str) -> None:
    values, targets, weight, delta = block(n_outputs, size)
    if n_outputs == 1:
        targets[:] = 1.0
    arguments = (values, FIRST, targets, n_outputs, weight, delta)
    total = function("softmax_loss", world)(*arguments)
    check_loss(SOFTMAX, total, delta, (values, targets, weight))


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("size", [0.1, 3.0, 60.0])
@pytest.mark.parametrize(("name", "code"), [("logistic_loss", LOGISTIC), ("squared_loss", SQUARED)])
def test_losses_of_one_output_equal_the_twin(name: str, code: int, size: float, world: str) -> None:
    values, targets, weight, delta = block(1, size)
    total = function(name, world)(values, FIRST, targets, 0, weight, delta)
    check_loss(code, total, delta, (values, targets, weight))


@pytest.mark.parametrize("world", WORLDS)
def test_extreme_logits_give_finite_losses(world: str) -> None:
    values, targets, weight, delta = block(2, 1.0)
    values[FIRST], values[FIRST + 1] = 1e30, -1e30
    total = function("softmax_loss", world)(values, FIRST, targets, 2, weight, delta)
    wrong = (weight[0] * targets[1]).sum()
    assert total == pytest.approx(2e30 * wrong, rel=1e-5)
    assert np.isfinite(delta).all()
    single = function("logistic_loss", world)(values, FIRST, targets, 0, weight, delta)
    assert single == pytest.approx(1e30 * wrong, rel=1e-5)


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("name", ["softmax_loss", "logistic_loss", "squared_loss"])
def test_nan_logit_gives_nan_loss(name: str, world: str) -> None:
    values, targets, weight, delta = block(2, 1.0)
    values[FIRST, 4] = np.nan
    place = 2 if name == "softmax_loss" else 0
    with np.errstate(invalid="ignore"):
        assert np.isnan(function(name, world)(values, FIRST, targets, place, weight, delta))


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("n_outputs", [2, 3, 7])
def test_softmax_hits_equal_the_twin(n_outputs: int, world: str) -> None:
    values, targets, weight, _ = block(n_outputs, 1.0, seed=n_outputs)
    found = function("softmax_hits", world)(values, FIRST, targets, n_outputs, weight)
    logits = values[FIRST:].T
    assert found == pytest.approx(share_right(logits, batch_of(targets, weight), SOFTMAX), rel=1e-5)


@pytest.mark.parametrize("world", WORLDS)
def test_logistic_hits_equal_the_twin(world: str) -> None:
    values, targets, weight, _ = block(1, 1.0)
    values[FIRST, :4] = 0.0  # on the side of class 0
    found = function("logistic_hits", world)(values, FIRST, targets, 0, weight)
    logits = values[FIRST:].T
    wanted = share_right(logits, batch_of(targets, weight), LOGISTIC)
    assert found == pytest.approx(wanted, rel=1e-5)


@pytest.mark.parametrize("world", WORLDS)
def test_first_of_equal_logits_is_the_answer(world: str) -> None:
    values, targets, weight, _ = block(3, 1.0)
    values[FIRST:] = 0.5
    found = function("softmax_hits", world)(values, FIRST, targets, 3, weight)
    assert found == pytest.approx(weight[0, targets[0] == 1.0].sum(), rel=1e-5)


@pytest.mark.parametrize("world", WORLDS)
def test_nan_is_never_a_hit(world: str) -> None:
    values, targets, weight, _ = block(2, 1.0)
    values[FIRST:] = np.nan
    assert function("softmax_hits", world)(values, FIRST, targets, 2, weight) == 0.0
    assert function("logistic_hits", world)(values, FIRST, targets, 0, weight) == 0.0
