"""Vectors, loops and handles: the means by which a kernel gets vector registers."""

from typing import Any

import numba as nb
import numpy as np
import pytest
from llvmlite import ir
from tests.kernels.emitted import native

from spiral_monolith_neat_numpy.arrays import Float32Array
from spiral_monolith_neat_numpy.kernels.moves import copy_lanes
from spiral_monolith_neat_numpy.kernels.registers import (
    INT64,
    LANES,
    Loop,
    borrowed,
    handle,
    load_lanes,
    load_row,
    splat,
    store_row,
    sum_lanes,
)
from spiral_monolith_neat_numpy.kernels.simd import add_folded, take_partial


@nb.njit
def sum_of_some(numbers: Float32Array, first: int, rows: Float32Array, sums: Float32Array) -> float:
    copy_lanes(handle(numbers), first, handle(rows), 1)
    add_folded(handle(rows), 1, handle(sums), 2)
    return float(take_partial(handle(sums), 2))


def test_operations_work_on_handles_within_a_kernel() -> None:
    numbers = np.arange(100, dtype=np.float32)
    rows, sums = np.zeros((2, LANES), np.float32), np.zeros((3, 8), np.float32)
    assert sum_of_some(numbers, 5, rows, sums) == sum(range(5, 5 + LANES))
    assert rows[1].tolist() == list(range(5, 5 + LANES))
    assert not sums.any()


@pytest.mark.parametrize("simple", [False, True])
@pytest.mark.parametrize(("first", "last", "n_turns"), [(0, 3, 3), (2, 3, 1), (2, 2, 0), (3, 1, 0)])
def test_loop_carries_vectors_from_turn_to_turn(
    first: int, last: int, n_turns: int, simple: bool
) -> None:
    def emit(builder: ir.IRBuilder, rows: ir.Value, low: ir.Value, high: ir.Value) -> None:
        loop = Loop(builder, low, high, [load_row(builder, rows, ir.Constant(INT64, 0))])
        doubled = builder.fadd(loop.running[0], loop.running[0])
        (after,) = loop.close(1, [doubled], simple=simple)
        store_row(builder, after, rows, ir.Constant(INT64, 0))

    rows = np.ones((1, LANES), dtype=np.float32)
    native(emit, "aii")(rows, first, last)
    assert (rows == 2.0**n_turns).all()


def test_loop_counts_by_its_step() -> None:
    def emit(builder: ir.IRBuilder, rows: ir.Value, last: ir.Value) -> None:
        loop = Loop(builder, ir.Constant(INT64, 0), last, [])
        store_row(builder, splat(builder, ir.Constant(ir.FloatType(), 1.0)), rows, loop.index)
        loop.close(2, [])

    rows = np.zeros((6, LANES), dtype=np.float32)
    native(emit, "ai")(rows, 5)
    assert rows[:, 0].tolist() == [1.0, 0.0, 1.0, 0.0, 1.0, 0.0]


def test_lanes_are_loaded_from_any_place_and_summed() -> None:
    def emit(builder: ir.IRBuilder, numbers: ir.Value, first: ir.Value) -> ir.Value:
        return sum_lanes(builder, load_lanes(builder, numbers, first))

    numbers = np.arange(60, dtype=np.float32)
    run = native(emit, "ai", returns=True)
    assert run(numbers, 0) == sum(range(LANES))
    assert run(numbers, 17) == sum(range(17, 17 + LANES))


def test_borrowed_arrays_are_the_arrays() -> None:
    pair = (np.arange(3.0), (np.arange(2), np.ones((2, 2))))

    @nb.njit
    def total(arrays: Any) -> float:
        one, (two, three) = borrowed(arrays)
        one[0] = 5.0
        return float(one.sum() + two.sum() + three.sum())

    assert total(pair) == 13.0
    assert pair[0][0] == 5.0
