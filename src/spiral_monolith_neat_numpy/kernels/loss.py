"""Losses over one block of samples: value, derivative by the logits, and hits."""

from typing import Any

import numpy as np
from llvmlite import ir
from numba.core import types
from numba.extending import intrinsic, overload

from spiral_monolith_neat_numpy.arrays import Float32Array
from spiral_monolith_neat_numpy.kernels import formulas
from spiral_monolith_neat_numpy.kernels.formulas import ArrayOps, Vector, VectorOps
from spiral_monolith_neat_numpy.kernels.jit import kernel
from spiral_monolith_neat_numpy.kernels.simd import (
    INT32,
    INT64,
    LANES,
    fold_vector,
    handle,
    load_row,
    store_row,
)

SOFTMAX, LOGISTIC, SQUARED = 1, 2, 3

_ZERO, _HALF = np.float32(0.0), np.float32(0.5)


def _logistic_formula(o: Any, z: Any, wanted: Any, weight: Any) -> tuple[Any, Any]:
    """Return (derivative by the logit, loss): w (sigmoid(z) - t) and w (softplus(z) - t z)."""
    derivative = weight * (formulas.sigmoid(o, z) - wanted)
    return derivative, weight * (formulas.softplus(o, z) - wanted * z)


def logistic_row(
    values: Any, row: int, targets: Any, output: int, weight: Any, out_delta: Any
) -> float:
    """Return the logistic loss of one output over a block; write ``out_delta[row]``.

    Args:
        values: handle of ``(n_nodes, LANES)`` float32, logits in row ``row``.
        row: the output's row.
        targets: handle of ``(n_outputs, LANES)`` float32, 0 to 1.
        output: the output's row in ``targets``.
        weight: handle of ``(1, LANES)`` float32 sample weights.
        out_delta: handle of ``(n_nodes, LANES)`` float32.
    """
    derivative, loss = _logistic_formula(ArrayOps(), values[row], targets[output], weight[0])
    out_delta[row] = derivative
    return float(loss.sum())


@intrinsic
def _logistic_row(typingctx, values, row, targets, output, weight, out_delta):  # type: ignore[no-untyped-def]
    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        values, row, targets, output, weight, delta = args
        ops = VectorOps(builder, LANES)
        places = [(values, row), (targets, output), (weight, ir.Constant(INT64, 0))]
        derivative, loss = _logistic_formula(
            ops, *(Vector(ops, load_row(builder, base, index)) for base, index in places)
        )
        store_row(builder, derivative.value, delta, row)
        total = fold_vector(builder, loss.value, 1)
        return builder.extract_element(total, ir.Constant(INT32, 0))

    return types.float32(*[types.int64] * 6), codegen


@overload(logistic_row, inline="always")
def _logistic_row_compiled(values, row, targets, output, weight, out_delta):  # type: ignore[no-untyped-def]
    def compiled(values, row, targets, output, weight, out_delta):  # type: ignore[no-untyped-def]
        return _logistic_row(values, row, targets, output, weight, out_delta)

    return compiled


def exp_below(values: Any, row: int, top: Any, out_rows: Any) -> None:
    """Set ``out_rows[row]`` to e**(values[row] - top[0]), all handles of rows of ``LANES``."""
    out_rows[row] = formulas.exp(ArrayOps(), values[row] - top[0])


@intrinsic
def _exp_below(typingctx, values, row, top, out_rows):  # type: ignore[no-untyped-def]
    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        values, row, top, out_rows = args
        ops = VectorOps(builder, LANES)
        below = Vector(ops, load_row(builder, values, row))
        below = below - Vector(ops, load_row(builder, top, ir.Constant(INT64, 0)))
        store_row(builder, formulas.exp(ops, below).value, out_rows, row)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 4), codegen


@overload(exp_below, inline="always")
def _exp_below_compiled(values, row, top, out_rows):  # type: ignore[no-untyped-def]
    return lambda values, row, top, out_rows: _exp_below(values, row, top, out_rows)


def log_in_place(rows: Any, row: int) -> None:
    """Replace a row of normal positive numbers by their logarithms; ``rows`` is a handle."""
    rows[row] = formulas.log(ArrayOps(), rows[row].copy())


@intrinsic
def _log_in_place(typingctx, rows, row):  # type: ignore[no-untyped-def]
    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        ops = VectorOps(builder, LANES)
        logs = formulas.log(ops, Vector(ops, load_row(builder, *args)))
        store_row(builder, logs.value, *args)
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), codegen


@overload(log_in_place, inline="always")
def _log_in_place_compiled(rows, row):  # type: ignore[no-untyped-def]
    return lambda rows, row: _log_in_place(rows, row)


@kernel
def block_loss(
    loss: int,
    first_output: int,
    values: Float32Array,
    targets: Float32Array,
    weight: Float32Array,
    out_delta: Float32Array,
) -> float:
    """Return the weighted loss of a block and write its derivatives by the logits.

    Args:
        loss: 1 softmax cross-entropy, 2 logistic cross-entropy (summed over outputs),
            3 half squared error (summed over outputs).
        first_output: row of the first output.
        values: ``(n_nodes, LANES)`` float32 with the logits in the output rows.
        targets: ``(n_outputs, LANES)`` float32.
        weight: ``(1, LANES)`` float32.
        out_delta: ``(n_nodes, LANES)`` float32; the output rows are written.
    """
    if loss == SOFTMAX:
        return _softmax_loss(first_output, values, targets, weight, out_delta)
    total = 0.0
    for output in range(targets.shape[0]):
        row = first_output + output
        if loss == LOGISTIC:
            total += logistic_row(
                handle(values), row, handle(targets), output, handle(weight), handle(out_delta)
            )
        else:
            row_total = _ZERO
            for k in range(LANES):
                error = values[row, k] - targets[output, k]
                out_delta[row, k] = weight[0, k] * error
                row_total += weight[0, k] * _HALF * error * error
            total += row_total
    return total


@kernel
def _softmax_loss(
    first_output: int,
    values: Float32Array,
    targets: Float32Array,
    weight: Float32Array,
    out_delta: Float32Array,
) -> float:
    # Rows of scratch beside the outputs: largest logit, sum of e**z, wanted logit.
    n_outputs = targets.shape[0]
    scratch = np.zeros((3, LANES), dtype=np.float32)
    return _softmax_with_scratch(
        first_output, n_outputs, values, targets, weight, out_delta, scratch
    )


@kernel
def _softmax_with_scratch(
    first_output: int,
    n_outputs: int,
    values: Float32Array,
    targets: Float32Array,
    weight: Float32Array,
    out_delta: Float32Array,
    scratch: Float32Array,
) -> float:
    for k in range(LANES):
        scratch[0, k] = values[first_output, k]
    for row in range(first_output + 1, first_output + n_outputs):
        for k in range(LANES):
            z = values[row, k]
            scratch[0, k] = z if z > scratch[0, k] else scratch[0, k]
    for output in range(n_outputs):
        row = first_output + output
        exp_below(handle(values), row, handle(scratch), handle(out_delta))
        for k in range(LANES):
            scratch[1, k] += out_delta[row, k]
            scratch[2, k] += targets[output, k] * (values[row, k] - scratch[0, k])
    for output in range(n_outputs):
        row = first_output + output
        for k in range(LANES):
            share = out_delta[row, k] / scratch[1, k]
            out_delta[row, k] = weight[0, k] * (share - targets[output, k])
    log_in_place(handle(scratch), 1)
    total = _ZERO
    for k in range(LANES):
        total += weight[0, k] * (scratch[1, k] - scratch[2, k])
    return float(total)


@kernel
def block_hits(
    loss: int,
    first_output: int,
    values: Float32Array,
    targets: Float32Array,
    weight: Float32Array,
) -> float:
    """Return the weight of the samples that are classified rightly.

    Softmax: the largest logit (the first of equals) is the target's. Logistic: each
    output on the right side of 0 counts an equal part. Squared error: 0.
    """
    n_outputs = targets.shape[0]
    hits = _ZERO
    if loss == SOFTMAX:
        for k in range(LANES):
            best = 0
            for output in range(1, n_outputs):
                if values[first_output + output, k] > values[first_output + best, k]:
                    best = output
            hits += weight[0, k] if targets[best, k] > _HALF else _ZERO
    elif loss == LOGISTIC:
        for output in range(n_outputs):
            for k in range(LANES):
                side = (values[first_output + output, k] > _ZERO) == (targets[output, k] > _HALF)
                hits += weight[0, k] if side else _ZERO
        hits /= np.float32(n_outputs)
    return float(hits)
