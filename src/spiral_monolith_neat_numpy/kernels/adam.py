"""One update by Adam (Kingma & Ba 2015) with decoupled l2 (Loshchilov & Hutter 2019)."""

import math
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import Float32Array
from spiral_monolith_neat_numpy.kernels.jit import fragment
from spiral_monolith_neat_numpy.kernels.operators import ArrayOps, Vector, VectorOps
from spiral_monolith_neat_numpy.kernels.registers import (
    LANES,
    handle,
    in_registers,
    load_row,
    splat,
    store_row,
)
from spiral_monolith_neat_numpy.kernels.simd import take_partial
from spiral_monolith_neat_numpy.kernels.wiring import TrainingPlan

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-8


def _move(o: Any, rows: list[Any], scalars: list[Any]) -> list[Any]:
    """Return (mean, square, parameter) after the update; arguments as in ``adam_row``."""
    g, mean, square, parameter = rows
    factor, rate, epsilon, keep, limit = scalars
    g = factor * g
    mean = o.constant(BETA1) * mean + o.constant(1.0 - BETA1) * g
    square = o.constant(BETA2) * square + o.constant(1.0 - BETA2) * (g * g)
    moved = keep * parameter - rate * mean / (o.root(square) + epsilon)
    moved = o.where_less(limit, moved, limit, moved)
    return [mean, square, o.where_less(moved, -limit, -limit, moved)]


def emit_adam_row(builder: Any, row: Any, *arguments: Any) -> None:
    """Emit ``adam_row``."""
    ops = VectorOps(builder, LANES)
    scalars = [Vector(ops, splat(builder, number)) for number in arguments[:5]]
    rows = [Vector(ops, load_row(builder, array, row)) for array in arguments[5:]]
    for vector, array in zip(_move(ops, rows, scalars), arguments[6:], strict=True):
        store_row(builder, vector.value, array, row)


@in_registers(emit_adam_row)
def adam_row(
    row: int,
    factor: float,
    rate: float,
    epsilon: float,
    keep: float,
    limit: float,
    gradient: Any,
    mean: Any,
    square: Any,
    out_parameter: Any,
) -> None:
    """Move the parameters of one row.

    Args:
        row: the row.
        factor: on the gradient.
        rate: step size with the bias corrections in it.
        epsilon: as in algorithm 1, with its bias correction in it.
        keep: share of the parameter that does not decay.
        limit: of the parameter's absolute value.
        gradient: handle of ``(n, LANES)`` float32.
        mean: handle as ``gradient``: running mean of gradients, read and written.
        square: handle as ``gradient``: running mean of their squares, read and written.
        out_parameter: handle as ``gradient``, read and written.
    """
    rows = [array[row] for array in (gradient, mean, square, out_parameter)]
    scalars = [np.float32(number) for number in (factor, rate, epsilon, keep, limit)]
    mean[row], square[row], out_parameter[row] = _move(ArrayOps(), rows, scalars)


@fragment
def take_gradient(scale: float, partial: Float32Array, out_gradient: Float32Array) -> float:
    """Sum up the gradient, zero its partial sums and return its Euclidean norm.

    Args:
        scale: factor on the sums.
        partial: ``(n * LANES, FOLD)`` float32.
        out_gradient: ``(n, LANES)`` float32.
    """
    sums = handle(partial)
    total = 0.0
    for k in range(out_gradient.size):
        g = np.float32(scale * take_partial(sums, k))
        out_gradient[k // LANES, k % LANES] = g
        total += np.float64(g) * np.float64(g)  # squares of float32 would overflow early
    return math.sqrt(total)


@fragment
def adam_update(
    plan: TrainingPlan,
    n_updates: int,
    n_decayed: int,
    factor: float,
    gradient: Float32Array,
    mean: Float32Array,
    square: Float32Array,
    out_parameter: Float32Array,
) -> None:
    """Move all parameters by one step of algorithm 1, decay and clip them.

    Args:
        plan: rate, decay and limit.
        n_updates: number of this update, from 1.
        n_decayed: so many rows, the first ones, decay.
        factor: on the gradient.
        gradient: ``(n, LANES)`` float32.
        mean: ``(n, LANES)`` float32 running mean of gradients, read and written.
        square: ``(n, LANES)`` float32 running mean of their squares, read and written.
        out_parameter: ``(n, LANES)`` float32, read and written.
    """
    # The bias corrections of both means are folded into the rate, and so into epsilon.
    correction = math.sqrt(1.0 - BETA2**n_updates)
    rate = plan.learning_rate * correction / (1.0 - BETA1**n_updates)
    epsilon = EPSILON * correction
    g, m, s, p = handle(gradient), handle(mean), handle(square), handle(out_parameter)
    for row in range(out_parameter.shape[0]):
        keep = 1.0 - plan.learning_rate * plan.l2 if row < n_decayed else 1.0
        adam_row(row, factor, rate, epsilon, keep, plan.weight_clip, g, m, s, p)
