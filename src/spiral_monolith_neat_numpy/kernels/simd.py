"""Rows of 32 samples as vector registers: what loops alone do not make LLVM do.

A block is ``LANES`` samples wide and a node's values in it are one row. A plain loop over
edges with an inner loop over lanes loads and stores its sum at every edge and checks for
overlap of arrays at every edge. Here the sum stays in registers for the whole edge loop:
the LLVM vector type ``<32 x float>`` is emitted directly and becomes four AVX registers,
two AVX-512 or eight SSE or NEON ones. Each function has a Python body, which runs when the
JIT is off, and an overload with the same meaning, which runs when it is on.

The functions take handles instead of arrays (see ``handle``): an array argument would
have its references counted at every call, which costs more than the arithmetic of a node.
"""

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, overload

from spiral_monolith_neat_numpy.arrays import AnyArray

LANES = 32
FOLD = 8  # gradients are kept as eight partial sums per edge
FAST = ("contract", "reassoc", "nsz")

FLOAT = ir.FloatType()
INT32 = ir.IntType(32)
INT64 = ir.IntType(64)
ROW = ir.VectorType(FLOAT, LANES)
_PARTIAL = ir.VectorType(FLOAT, FOLD)


def handle(array: AnyArray) -> Any:
    """Return what the row functions take for an array: its address, or itself without JIT.

    The array must outlive the handle: a kernel only takes handles of its own arguments.
    """
    return array


@intrinsic
def _address(typingctx, array):  # type: ignore[no-untyped-def]
    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        struct = context.make_array(sig.args[0])(context, builder, args[0])
        return builder.ptrtoint(struct.data, INT64)

    return types.int64(array), codegen


@overload(handle, inline="always")
def _handle_compiled(array):  # type: ignore[no-untyped-def]
    return lambda array: _address(array)


def row_pointer(builder: Any, base: Any, index: Any, kind: Any = ROW) -> Any:
    """Return the pointer to row ``index`` of the array with the address ``base``."""
    return builder.gep(builder.inttoptr(base, kind.as_pointer()), [index])


def load_row(builder: Any, base: Any, index: Any) -> Any:
    """Return row ``index`` as a vector."""
    return builder.load(row_pointer(builder, base, index), align=4)


def store_row(builder: Any, vector: Any, base: Any, index: Any) -> None:
    """Write row ``index``."""
    builder.store(vector, row_pointer(builder, base, index), align=4)


def fold_vector(builder: Any, vector: Any, n_lanes: int = FOLD) -> Any:
    """Add the halves of a vector until ``n_lanes`` lanes are left."""
    width = vector.type.count
    while width > n_lanes:
        width //= 2
        nothing = ir.Constant(vector.type, ir.Undefined)
        mask_type = ir.VectorType(INT32, width)
        low = ir.Constant(mask_type, list(range(width)))
        high = ir.Constant(mask_type, list(range(width, 2 * width)))
        vector = builder.fadd(
            builder.shuffle_vector(vector, nothing, low),
            builder.shuffle_vector(vector, nothing, high),
            flags=FAST,
        )
    return vector


def _splat(builder: Any, scalar: Any) -> Any:
    nothing = ir.Constant(ROW, ir.Undefined)
    single = builder.insert_element(nothing, scalar, ir.Constant(INT32, 0))
    return builder.shuffle_vector(
        single, nothing, ir.Constant(ir.VectorType(INT32, LANES), [0] * LANES)
    )


def _index_at(builder: Any, base: Any, position: Any) -> Any:
    return builder.sext(builder.load(row_pointer(builder, base, position, INT32)), INT64)


def _float_at(builder: Any, base: Any, position: Any) -> Any:
    return builder.load(row_pointer(builder, base, position, FLOAT))


def _multiply_add(builder: Any, a: Any, b: Any, c: Any) -> Any:
    return builder.fadd(builder.fmul(a, b, flags=FAST), c, flags=FAST)


def _add_to_partial(builder: Any, vector: Any, partials: Any, index: Any) -> None:
    place = row_pointer(builder, partials, index, _PARTIAL)
    total = builder.fadd(builder.load(place, align=4), fold_vector(builder, vector), flags=FAST)
    builder.store(total, place, align=4)


class Loop:
    """A counted loop whose running vectors live in registers (LLVM phi nodes)."""

    def __init__(self, builder: Any, first: Any, last: Any, starts: list[Any]) -> None:
        """Open a loop from ``first`` to ``last``; ``starts`` are the vectors before it."""
        self.builder = builder
        before = builder.block
        self._body = builder.append_basic_block("body")
        self._done = builder.append_basic_block("done")
        builder.cbranch(builder.icmp_signed("<", first, last), self._body, self._done)
        builder.position_at_end(self._body)
        self.index = builder.phi(INT64)
        self.index.add_incoming(first, before)
        self.running = [builder.phi(start.type) for start in starts]
        self._last, self._before, self._starts = last, before, starts
        for phi, start in zip(self.running, starts, strict=True):
            phi.add_incoming(start, before)

    def close(self, step: int, nexts: list[Any]) -> list[Any]:
        """End the body, count on by ``step`` and return the vectors after the loop."""
        builder = self.builder
        index = builder.add(self.index, ir.Constant(INT64, step))
        self.index.add_incoming(index, self._body)
        builder.cbranch(builder.icmp_signed("<", index, self._last), self._body, self._done)
        for phi, value in zip(self.running, nexts, strict=True):
            phi.add_incoming(value, self._body)
        builder.position_at_end(self._done)
        results = [builder.phi(start.type) for start in self._starts]
        for phi, start, value in zip(results, self._starts, nexts, strict=True):
            phi.add_incoming(start, self._before)
            phi.add_incoming(value, self._body)
        return results


@intrinsic
def _weighted_sum(typingctx, values, source, weight, start, stop, bias, row):  # type: ignore[no-untyped-def]
    integer = types.int64
    signature = types.void(integer, integer, integer, integer, integer, types.float32, integer)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        values, source, weight, first, last, bias, row = args

        def term(edge: Any, total: Any) -> Any:
            inputs = load_row(builder, values, _index_at(builder, source, edge))
            factor = _splat(builder, _float_at(builder, weight, edge))
            return _multiply_add(builder, inputs, factor, total)

        # Two sums, of even and odd places: one alone would wait for its own latency.
        one = ir.Constant(INT64, 1)
        pairs = builder.and_(builder.sub(last, first), ir.Constant(INT64, -2))
        pairs_end = builder.add(first, pairs)
        zero_row = ir.Constant(ROW, [0.0] * LANES)
        loop = Loop(builder, first, pairs_end, [_splat(builder, bias), zero_row])
        even = term(loop.index, loop.running[0])
        odd = term(builder.add(loop.index, one), loop.running[1])
        even, odd = loop.close(2, [even, odd])
        rest = Loop(builder, pairs_end, last, [builder.fadd(even, odd, flags=("contract",))])
        (total,) = rest.close(1, [term(rest.index, rest.running[0])])
        store_row(builder, total, values, row)
        return context.get_dummy_value()

    return signature, codegen


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


@overload(weighted_sum, inline="always")
def _weighted_sum_compiled(values, source, weight, start, stop, bias, row):  # type: ignore[no-untyped-def]
    def compiled(values, source, weight, start, stop, bias, row):  # type: ignore[no-untyped-def]
        _weighted_sum(values, source, weight, start, stop, bias, row)

    return compiled


@intrinsic
def _pull_back(typingctx, values, delta, target, weight, start, stop, row, out_partial):  # type: ignore[no-untyped-def]
    signature = types.void(*[types.int64] * 8)

    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        values, delta, target, weight, first, last, row, partial = args
        own = load_row(builder, values, row)
        loop = Loop(builder, first, last, [ir.Constant(ROW, [0.0] * LANES)])
        blame = load_row(builder, delta, _index_at(builder, target, loop.index))
        factor = _splat(builder, _float_at(builder, weight, loop.index))
        product = builder.fmul(own, blame, flags=FAST)
        _add_to_partial(builder, product, partial, loop.index)
        (total,) = loop.close(1, [_multiply_add(builder, blame, factor, loop.running[0])])
        slope = load_row(builder, delta, row)
        store_row(builder, builder.fmul(slope, total, flags=FAST), delta, row)
        return context.get_dummy_value()

    return signature, codegen


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
        weight: handle of ``(n_edges,)`` float32 in the same order.
        start: first edge that leaves ``row``.
        stop: one past the last one.
        row: the node.
        out_partial: handle of ``(n_edges, FOLD)`` float32 partial gradients.
    """
    total = np.zeros(LANES, dtype=np.float32)
    for edge in range(start, stop):
        blame = delta[target[edge]]
        total += weight[edge] * blame
        out_partial[edge] += (values[row] * blame).reshape(-1, FOLD).sum(axis=0)
    delta[row] *= total


@overload(pull_back, inline="always")
def _pull_back_compiled(values, delta, target, weight, start, stop, row, out_partial):  # type: ignore[no-untyped-def]
    def compiled(values, delta, target, weight, start, stop, row, out_partial):  # type: ignore[no-untyped-def]
        _pull_back(values, delta, target, weight, start, stop, row, out_partial)

    return compiled


@intrinsic
def _add_folded(typingctx, rows, row, out_partial):  # type: ignore[no-untyped-def]
    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        _add_to_partial(builder, load_row(builder, args[0], args[1]), args[2], args[1])
        return context.get_dummy_value()

    return types.void(*[types.int64] * 3), codegen


def add_folded(rows: Any, row: int, out_partial: Any) -> None:
    """Add ``rows[row]``, folded to eight partial sums, to ``out_partial[row]``.

    Args:
        rows: handle of ``(n, LANES)`` float32.
        row: the row.
        out_partial: handle of ``(n, FOLD)`` float32.
    """
    out_partial[row] += rows[row].reshape(-1, FOLD).sum(axis=0)


@overload(add_folded, inline="always")
def _add_folded_compiled(rows, row, out_partial):  # type: ignore[no-untyped-def]
    return lambda rows, row, out_partial: _add_folded(rows, row, out_partial)
