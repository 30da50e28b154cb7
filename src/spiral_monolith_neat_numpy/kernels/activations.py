"""Activations of one node over one block of samples, with and without their slopes."""

from typing import Any

from numba.core import types
from numba.extending import intrinsic, overload

from spiral_monolith_neat_numpy.kernels.formulas import (
    WITH_SLOPE,
    ArrayOps,
    Vector,
    VectorOps,
)
from spiral_monolith_neat_numpy.kernels.simd import LANES, row_pointer

# Codes are positions in ``settings.ACTIVATION_NAMES``.
IDENTITY, TANH, RELU, SIGMOID, SINE, GAUSSIAN, SOFTPLUS, ABS, SQUARE = range(9)


def apply_activation(code: int, row: int, values: Any) -> None:
    """Replace ``values[row]``, sums, by the activation with that code.

    Args:
        code: 0 .. 8, position in ``settings.ACTIVATION_NAMES``.
        row: row of ``values``.
        values: handle of ``(n_nodes, LANES)`` float32.
    """
    values[row] = WITH_SLOPE[code](ArrayOps(), values[row].copy())[0]


def activate_with_slope(code: int, row: int, values: Any, out_slope: Any) -> None:
    """As ``apply_activation``, and write the derivative at each sum to ``out_slope[row]``."""
    values[row], out_slope[row] = WITH_SLOPE[code](ArrayOps(), values[row].copy())


def _emit_cases(builder: Any, code: Any, value_place: Any, slope_place: Any | None) -> None:
    """Emit one branch per activation; LLVM drops the slope where it is not stored."""
    end = builder.append_basic_block("activated")
    switch = builder.switch(code, end)
    for number, formula in enumerate(WITH_SLOPE):
        if number == IDENTITY and slope_place is None:
            continue
        block = builder.append_basic_block(f"activation{number}")
        switch.add_case(code.type(number), block)
        builder.position_at_end(block)
        ops = VectorOps(builder, LANES)
        value, slope = formula(ops, Vector(ops, builder.load(value_place, align=4)))
        builder.store(value.value, value_place, align=4)
        if slope_place is not None:
            builder.store(slope.value, slope_place, align=4)
        builder.branch(end)
    builder.position_at_end(end)


@intrinsic
def _apply(typingctx, code, row, values):  # type: ignore[no-untyped-def]
    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        _emit_cases(builder, args[0], row_pointer(builder, args[2], args[1]), None)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 3), codegen


@intrinsic
def _apply_with_slope(typingctx, code, row, values, out_slope):  # type: ignore[no-untyped-def]
    def codegen(context: Any, builder: Any, sig: Any, args: Any) -> Any:
        code, row, values, slopes = args
        slope_place = row_pointer(builder, slopes, row)
        _emit_cases(builder, code, row_pointer(builder, values, row), slope_place)
        return context.get_dummy_value()

    return types.void(*[types.int64] * 4), codegen


@overload(apply_activation, inline="always")
def _apply_compiled(code, row, values):  # type: ignore[no-untyped-def]
    return lambda code, row, values: _apply(code, row, values)


@overload(activate_with_slope, inline="always")
def _activate_with_slope_compiled(code, row, values, out_slope):  # type: ignore[no-untyped-def]
    return lambda code, row, values, out_slope: _apply_with_slope(code, row, values, out_slope)
