"""Copies between arrays: the instructions and the Python bodies do what plain NumPy does."""

from typing import Any

import numpy as np
import pytest
from tests.conftest import JIT_OFF
from tests.kernels.emitted import native

from spiral_monolith_neat_numpy.kernels import moves
from spiral_monolith_neat_numpy.kernels.registers import LANES

FUNCTIONS: dict[str, list[Any]] = {
    "copy_lanes": [native(moves.emit_copy_lanes, "aiai")],
    "copy_some_lanes": [native(moves.emit_copy_some_lanes, "aiiai", returns=True)],
    "gather": [native(moves.emit_gather, "aiaiai")],
    "scatter": [native(moves.emit_scatter, "aaia")],
}
if JIT_OFF:
    for name, found in FUNCTIONS.items():
        found.append(getattr(moves, name))


def both(name: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("run", FUNCTIONS[name])


@both("copy_lanes")
def test_copy_lanes_counts_through_all_dimensions(run: Any) -> None:
    numbers = np.arange(3 * 50, dtype=np.float32).reshape(3, 50)
    rows = np.zeros((3, LANES), dtype=np.float32)
    run(numbers, 61, rows, 1)
    assert np.array_equal(rows[1], np.arange(61, 61 + LANES))
    assert not rows[[0, 2]].any()


@both("copy_some_lanes")
@pytest.mark.parametrize("n", [0, 1, 17, LANES, LANES + 5])
def test_copy_some_lanes_is_zero_from_there_on(run: Any, n: int) -> None:
    numbers = np.arange(1, 80, dtype=np.float32)
    rows = np.full((2, LANES), 9.0, dtype=np.float32)
    total = run(numbers, 3, n, rows, 0)
    wanted = [4 + k if k < n else 0 for k in range(LANES)]
    assert rows[0].tolist() == wanted
    assert total == sum(wanted)
    assert (rows[1] == 9.0).all()


@both("copy_some_lanes")
def test_copy_some_lanes_drops_nan_beyond(run: Any) -> None:
    numbers = np.full(LANES, np.nan, dtype=np.float32)
    numbers[:3] = 1.0
    rows = np.ones((1, LANES), dtype=np.float32)
    assert run(numbers, 0, 3, rows, 0) == 3.0


@both("gather")
@pytest.mark.parametrize("n", [0, 1, 5])
def test_gather_takes_numbers_by_index(run: Any, n: int) -> None:
    numbers = np.arange(20, dtype=np.float32).reshape(2, 10)
    index = np.array([9, 0, 3, 3, 1, 7], dtype=np.int64)
    out = np.full((2, 8), -1.0, dtype=np.float32)
    run(numbers, 10, index, n, out, 8)
    assert out[1, :n].tolist() == [10 + i for i in index[:n]]
    assert (out[0] == -1.0).all()
    assert (out[1, n:] == -1.0).all()


@both("scatter")
@pytest.mark.parametrize("n", [0, 1, 4])
def test_scatter_puts_numbers_by_index(run: Any, n: int) -> None:
    numbers = np.arange(5, dtype=np.float32) + 10
    index = np.array([3, 0, 4, 1, 2], dtype=np.int32)
    out = np.zeros(5, dtype=np.float32)
    run(numbers, index, n, out)
    wanted = np.zeros(5)
    wanted[index[:n]] = numbers[:n]
    assert out.tolist() == wanted.tolist()
