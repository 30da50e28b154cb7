"""Copies of numbers between arrays, as operations on handles (see ``simd``)."""

from typing import Any

from llvmlite import ir

from spiral_monolith_neat_numpy.kernels.registers import (
    FLOAT,
    INT32,
    INT64,
    LANES,
    ROW,
    Loop,
    in_registers,
    load_lanes,
    pointer_to,
    splat,
    store_row,
    sum_lanes,
)


def emit_copy_lanes(builder: Any, numbers: Any, first: Any, rows: Any, row: Any) -> None:
    """Emit ``copy_lanes``."""
    store_row(builder, load_lanes(builder, numbers, first), rows, row)


@in_registers(emit_copy_lanes)
def copy_lanes(numbers: Any, first: int, out_rows: Any, row: int) -> None:
    """Copy the numbers first .. first + LANES - 1 of a float32 array into a row.

    Args:
        numbers: handle of a contiguous float32 array, counted through all its dimensions.
        first: place of the first number.
        out_rows: handle of ``(n, LANES)`` float32.
        row: row that is written.
    """
    out_rows[row] = numbers.reshape(-1)[first : first + LANES]


def emit_copy_some_lanes(
    builder: Any, numbers: Any, first: Any, n: Any, rows: Any, row: Any
) -> Any:
    """Emit ``copy_some_lanes``."""
    places = ir.Constant(ir.VectorType(INT64, LANES), list(range(LANES)))
    inside = builder.icmp_signed("<", places, splat(builder, n, places.type))
    numbers = load_lanes(builder, numbers, first)
    kept = builder.select(inside, numbers, ir.Constant(ROW, [0.0] * LANES))
    store_row(builder, kept, rows, row)
    return sum_lanes(builder, kept)


@in_registers(emit_copy_some_lanes)
def copy_some_lanes(numbers: Any, first: int, n: int, out_rows: Any, row: int) -> float:
    """As ``copy_lanes`` with zero from lane ``n`` on; return the sum of the row."""
    copy_lanes(numbers, first, out_rows, row)
    out_rows[row, max(n, 0) :] = 0.0
    return float(out_rows[row].sum())


def _emit_indexed(builder: Any, index: Any, n: Any, index_kind: Any, copy: Any) -> None:
    """Emit copy(k, index[k]) for 0 <= k < n."""
    loop = Loop(builder, ir.Constant(INT64, 0), n, [])
    number = builder.load(pointer_to(builder, index, loop.index, index_kind))
    copy(loop.index, number)
    loop.close(1, [], simple=True)


def emit_gather(
    builder: Any, numbers: Any, first: Any, index: Any, n: Any, out: Any, out_first: Any
) -> None:
    """Emit ``gather``."""

    def copy(k: Any, number: Any) -> None:
        value = builder.load(pointer_to(builder, numbers, builder.add(first, number), FLOAT))
        builder.store(value, pointer_to(builder, out, builder.add(out_first, k), FLOAT))

    _emit_indexed(builder, index, n, INT64, copy)


@in_registers(emit_gather)
def gather(numbers: Any, first: int, index: Any, n: int, out_numbers: Any, out_first: int) -> None:
    """Set out_numbers[out_first + k] to numbers[first + index[k]] for 0 <= k < n.

    Args:
        numbers: handle of a contiguous float32 array, counted through all its dimensions.
        first: place where ``index`` counts from.
        index: handle of ``(n,)`` int64.
        n: how many.
        out_numbers: handle as ``numbers``.
        out_first: place of the first number that is written.
    """
    out_numbers.reshape(-1)[out_first : out_first + n] = numbers.reshape(-1)[first + index[:n]]


def emit_scatter(builder: Any, numbers: Any, index: Any, n: Any, out: Any) -> None:
    """Emit ``scatter``."""

    def copy(k: Any, number: Any) -> None:
        value = builder.load(pointer_to(builder, numbers, k, FLOAT))
        place = builder.sext(number, INT64)
        builder.store(value, pointer_to(builder, out, place, FLOAT))

    _emit_indexed(builder, index, n, INT32, copy)


@in_registers(emit_scatter)
def scatter(numbers: Any, index: Any, n: int, out_numbers: Any) -> None:
    """Set out_numbers[index[k]] to numbers[k] for 0 <= k < n.

    Args:
        numbers: handle of a contiguous float32 array, counted through all its dimensions.
        index: handle of ``(n,)`` int32.
        n: how many.
        out_numbers: handle as ``numbers``.
    """
    out_numbers.reshape(-1)[index[:n]] = numbers.reshape(-1)[:n]
