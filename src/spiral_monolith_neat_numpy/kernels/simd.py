"""Operations on rows of 32 samples whose sums stay in registers, which loops do not make LLVM do.

A plain loop over edges with an inner loop over lanes loads and stores its sum at every edge
and checks for overlap of arrays at every edge. Each operation here has a Python body, which
runs when the JIT is off, and a function that emits the same as LLVM instructions, which takes
its place when the JIT is on; so little code also compiles in a fraction of the time.

Operations take handles instead of arrays (see ``registers.handle``): an array argument
would have its references counted at every call, which costs more than a node's arithmetic.
"""

from typing import Any

import numpy as np
from llvmlite import ir

from spiral_monolith_neat_numpy.kernels.registers import (
    FAST,
    FOLD,
    INT64,
    LANES,
    PARTIAL,
    ROW,
    Loop,
    add_to_partial,
    float_at,
    in_registers,
    index_at,
    load_row,
    multiply_add,
    pointer_to,
    splat,
    store_row,
    sum_lanes,
)


def emit_weighted_sum(
    builder: Any, values: Any, source: Any, weight: Any, first: Any, last: Any, bias: Any, row: Any
) -> None:
    """Emit ``weighted_sum``."""

    def term(edge: Any, total: Any) -> Any:
        inputs = load_row(builder, values, index_at(builder, source, edge))
        factor = splat(builder, float_at(builder, weight, edge))
        return multiply_add(builder, inputs, factor, total)

    # Two sums, of even and odd places: one alone would wait for its own latency.
    one = ir.Constant(INT64, 1)
    pairs = builder.and_(builder.sub(last, first), ir.Constant(INT64, -2))
    pairs_end = builder.add(first, pairs)
    zero_row = ir.Constant(ROW, [0.0] * LANES)
    loop = Loop(builder, first, pairs_end, [splat(builder, bias), zero_row])
    even = term(loop.index, loop.running[0])
    odd = term(builder.add(loop.index, one), loop.running[1])
    even, odd = loop.close(2, [even, odd])
    rest = Loop(builder, pairs_end, last, [builder.fadd(even, odd, flags=("contract",))])
    (total,) = rest.close(1, [term(rest.index, rest.running[0])])
    store_row(builder, total, values, row)


@in_registers(emit_weighted_sum)
def weighted_sum(
    values: Any, source: Any, weight: Any, start: int, stop: int, bias: float, row: int
) -> None:
    """Set ``values[row]`` to bias + sum of weight[e] * values[source[e]], start <= e < stop.

    Args:
        values: handle of ``(n_nodes, LANES)`` float32.
        source: handle of ``(n_edges,)`` int32 rows of ``values``.
        weight: handle of ``(n_edges,)`` float32.
        start: first edge.
        stop: one past the last edge.
        bias: float32.
        row: row that is written, not among the sources.
    """
    total = np.full(LANES, bias, dtype=np.float32)
    for edge in range(start, stop):
        total += weight[edge] * values[source[edge]]
    values[row] = total


def emit_pull_back(
    builder: Any,
    values: Any,
    delta: Any,
    target: Any,
    weight: Any,
    first: Any,
    last: Any,
    row: Any,
    partial: Any,
) -> None:
    """Emit ``pull_back``."""
    own = load_row(builder, values, row)
    loop = Loop(builder, first, last, [ir.Constant(ROW, [0.0] * LANES)])
    blame = load_row(builder, delta, index_at(builder, target, loop.index))
    factor = splat(builder, float_at(builder, weight, loop.index))
    add_to_partial(builder, builder.fmul(own, blame, flags=FAST), partial, loop.index)
    (total,) = loop.close(1, [multiply_add(builder, blame, factor, loop.running[0])])
    slope = load_row(builder, delta, row)
    store_row(builder, builder.fmul(slope, total, flags=FAST), delta, row)


@in_registers(emit_pull_back)
def pull_back(
    values: Any,
    delta: Any,
    target: Any,
    weight: Any,
    start: int,
    stop: int,
    row: int,
    out_partial: Any,
) -> None:
    """Carry deltas back through the edges that leave ``row`` and add up their gradients.

    ``delta[row]`` holds the slope of the node's activation and becomes its delta,
    slope * sum of weight[e] * delta[target[e]]. ``out_partial[e]`` grows by
    values[row] * delta[target[e]], folded to eight partial sums.

    Args:
        values: handle of ``(n_nodes, LANES)`` float32 outputs of the nodes.
        delta: handle of ``(n_nodes, LANES)`` float32, changed in row ``row``.
        target: handle of ``(n_edges,)`` int32, edges ordered by source.
        weight: handle of a contiguous float32 array that begins with the weights in the
            same order, counted through all its dimensions.
        start: first edge that leaves ``row``.
        stop: one past the last one.
        row: the node.
        out_partial: handle of ``(n_edges, FOLD)`` float32 partial gradients.
    """
    weights = weight.reshape(-1)
    total = np.zeros(LANES, dtype=np.float32)
    for edge in range(start, stop):
        blame = delta[target[edge]]
        total += weights[edge] * blame
        out_partial[edge] += (values[row] * blame).reshape(-1, FOLD).sum(axis=0)
    delta[row] *= total


def emit_add_folded(builder: Any, rows: Any, row: Any, partial: Any, place: Any) -> None:
    """Emit ``add_folded``."""
    add_to_partial(builder, load_row(builder, rows, row), partial, place)


@in_registers(emit_add_folded)
def add_folded(rows: Any, row: int, out_partial: Any, place: int) -> None:
    """Add ``rows[row]``, folded to eight partial sums, to ``out_partial[place]``.

    Args:
        rows: handle of ``(n, LANES)`` float32.
        row: the row.
        out_partial: handle of ``(m, FOLD)`` float32.
        place: the place.
    """
    out_partial[place] += rows[row].reshape(-1, FOLD).sum(axis=0)


def emit_take_partial(builder: Any, partial: Any, place: Any) -> Any:
    """Emit ``take_partial``."""
    where = pointer_to(builder, partial, place, PARTIAL)
    total = sum_lanes(builder, builder.load(where, align=4))
    builder.store(ir.Constant(PARTIAL, [0.0] * FOLD), where, align=4)
    return total


@in_registers(emit_take_partial)
def take_partial(partial: Any, place: int) -> float:
    """Return the sum of ``partial[place]``, an entry of ``(m, FOLD)`` float32, and zero it."""
    total = float(partial[place].sum())
    partial[place] = 0.0
    return total
