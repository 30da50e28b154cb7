"""Losses over one block of samples: value, derivative by the logits, and hits."""

from typing import Any

import numpy as np
from llvmlite import ir

from spiral_monolith_neat_numpy.kernels import formulas
from spiral_monolith_neat_numpy.kernels.operators import ArrayOps, Vector, VectorOps
from spiral_monolith_neat_numpy.kernels.registers import (
    INT64,
    LANES,
    ROW,
    Loop,
    in_registers,
    load_row,
    store_row,
    sum_lanes,
)

SOFTMAX, LOGISTIC, SQUARED = 1, 2, 3

_FIRST_ROW = ir.Constant(INT64, 0)
_ZERO_ROW = ir.Constant(ROW, [0.0] * LANES)


def _logistic(o: Any, z: Any, wanted: Any, weight: Any) -> tuple[Any, Any]:
    """Return (loss, derivative by the logit): w (softplus(z) - t z) and w (sigmoid(z) - t)."""
    softplus, sigmoid = formulas.softplus_and_sigmoid(o, z)
    return weight * (softplus - wanted * z), weight * (sigmoid - wanted)


def _squared(o: Any, z: Any, wanted: Any, weight: Any) -> tuple[Any, Any]:
    """Return (loss, derivative by the logit): w (z - t)**2 / 2 and w (z - t)."""
    error = z - wanted
    blame = weight * error
    return o.constant(0.5) * blame * error, blame


def _emitter_of(formula: Any) -> Any:
    def emit(
        builder: Any, values: Any, row: Any, targets: Any, output: Any, weight: Any, delta: Any
    ) -> Any:
        ops = VectorOps(builder, LANES)
        places = ((values, row), (targets, output), (weight, _FIRST_ROW))
        rows = [Vector(ops, load_row(builder, *place)) for place in places]
        loss, derivative = formula(ops, *rows)
        store_row(builder, derivative.value, delta, row)
        return sum_lanes(builder, loss.value)

    return emit


emit_logistic_loss = _emitter_of(_logistic)
emit_squared_loss = _emitter_of(_squared)


@in_registers(emit_logistic_loss)
def logistic_loss(
    values: Any, row: int, targets: Any, output: int, weight: Any, out_delta: Any
) -> float:
    """Return the logistic loss of one output over a block; write its derivatives.

    Args:
        values: handle of ``(n_nodes, LANES)`` float32, logits in row ``row``.
        row: the output's row in ``values`` and ``out_delta``.
        targets: handle of ``(n_outputs, LANES)`` float32, 0 to 1.
        output: the output's row in ``targets``.
        weight: handle of ``(1, LANES)`` float32 sample weights.
        out_delta: handle of ``(n_nodes, LANES)`` float32.
    """
    loss, out_delta[row] = _logistic(ArrayOps(), values[row], targets[output], weight[0])
    return float(loss.sum())


@in_registers(emit_squared_loss)
def squared_loss(
    values: Any, row: int, targets: Any, output: int, weight: Any, out_delta: Any
) -> float:
    """As ``logistic_loss`` for half the squared error."""
    loss, out_delta[row] = _squared(ArrayOps(), values[row], targets[output], weight[0])
    return float(loss.sum())


def emit_softmax_loss(
    builder: Any, values: Any, first: Any, targets: Any, n: Any, weight: Any, delta: Any
) -> Any:
    """Emit ``softmax_loss``."""
    ops = VectorOps(builder, LANES)

    def row(base: Any, index: Any) -> Vector:
        return Vector(ops, load_row(builder, base, index))

    def logits(output: Any) -> Vector:
        return row(values, builder.add(first, output))

    find_top = Loop(builder, _FIRST_ROW, n, [load_row(builder, values, first)])
    z, top = logits(find_top.index), Vector(ops, find_top.running[0])
    top = Vector(ops, find_top.close(1, [ops.where_less(top, z, z, top).value])[0])

    add_up = Loop(builder, _FIRST_ROW, n, [_ZERO_ROW, _ZERO_ROW])
    total, wanted = (Vector(ops, running) for running in add_up.running)
    below = logits(add_up.index) - top
    raised = formulas.exp(ops, below)
    store_row(builder, raised.value, delta, builder.add(first, add_up.index))
    wanted = wanted + row(targets, add_up.index) * below
    sums = add_up.close(1, [(total + raised).value, wanted.value])
    total, wanted = (Vector(ops, vector) for vector in sums)

    weights = row(weight, _FIRST_ROW)
    inverse = ops.constant(1.0) / total
    share_out = Loop(builder, _FIRST_ROW, n, [])
    place = builder.add(first, share_out.index)
    error = row(delta, place) * inverse - row(targets, share_out.index)
    store_row(builder, (weights * error).value, delta, place)
    share_out.close(1, [])
    return sum_lanes(builder, (weights * (formulas.log(ops, total) - wanted)).value)


@in_registers(emit_softmax_loss)
def softmax_loss(
    values: Any, first: int, targets: Any, n_outputs: int, weight: Any, out_delta: Any
) -> float:
    """Return the softmax cross-entropy of a block; write its derivatives.

    Args:
        values: handle of ``(n_nodes, LANES)`` float32, logits from row ``first`` on.
        first: first output's row in ``values`` and ``out_delta``.
        targets: handle of ``(n_outputs, LANES)`` float32 whose columns sum to 1.
        n_outputs: number of outputs.
        weight: handle of ``(1, LANES)`` float32 sample weights.
        out_delta: handle of ``(n_nodes, LANES)`` float32.
    """
    logits = values[first : first + n_outputs]
    below = logits - logits.max(axis=0)
    raised = formulas.exp(ArrayOps(), below)
    total = raised.sum(axis=0)
    out_delta[first : first + n_outputs] = weight[0] * (raised / total - targets)
    loss = formulas.log(ArrayOps(), total) - (targets * below).sum(axis=0)
    return float((weight[0] * loss).sum())


def emit_softmax_hits(
    builder: Any, values: Any, first: Any, targets: Any, n: Any, weight: Any
) -> Any:
    """Emit ``softmax_hits``."""
    starts = [load_row(builder, values, first), load_row(builder, targets, _FIRST_ROW)]
    loop = Loop(builder, _FIRST_ROW, n, starts)
    top, wanted = loop.running
    z = load_row(builder, values, builder.add(first, loop.index))
    better = builder.fcmp_ordered(">", z, top)
    asked = load_row(builder, targets, loop.index)
    nexts = [builder.select(better, z, top), builder.select(better, asked, wanted)]
    top, wanted = loop.close(1, nexts)
    known = builder.fcmp_ordered("ord", top, top)
    half = ir.Constant(ROW, [0.5] * LANES)
    right = builder.and_(known, builder.fcmp_ordered(">", wanted, half))
    weights = load_row(builder, weight, _FIRST_ROW)
    return sum_lanes(builder, builder.select(right, weights, _ZERO_ROW))


@in_registers(emit_softmax_hits)
def softmax_hits(values: Any, first: int, targets: Any, n_outputs: int, weight: Any) -> float:
    """Return the weight of the samples whose largest logit (the first of equals) is wanted.

    Args are those of ``softmax_loss``. A sample whose first logit is NaN is no hit.
    """
    logits = values[first : first + n_outputs]
    best = np.where(np.isnan(logits), -np.inf, logits).argmax(axis=0)
    right = np.take_along_axis(targets, best[None], axis=0)[0] > 0.5
    return float(weight[0, right & ~np.isnan(logits[0])].sum())


def emit_logistic_hits(
    builder: Any, values: Any, row: Any, targets: Any, output: Any, weight: Any
) -> Any:
    """Emit ``logistic_hits``."""
    z = load_row(builder, values, row)
    half = ir.Constant(ROW, [0.5] * LANES)
    asked = builder.fcmp_ordered(">", load_row(builder, targets, output), half)
    above = builder.fcmp_ordered(">", z, _ZERO_ROW)
    below = builder.fcmp_ordered("<=", z, _ZERO_ROW)
    right = builder.select(asked, above, below)
    weights = load_row(builder, weight, _FIRST_ROW)
    return sum_lanes(builder, builder.select(right, weights, _ZERO_ROW))


@in_registers(emit_logistic_hits)
def logistic_hits(values: Any, row: int, targets: Any, output: int, weight: Any) -> float:
    """Return the weight of the samples on the right side of 0; NaN is on no side.

    Args are those of ``logistic_loss``.
    """
    z = values[row]
    right = np.where(targets[output] > 0.5, z > 0.0, z <= 0.0)
    return float(weight[0, right].sum())
