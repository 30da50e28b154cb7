"""Activations of one node over one block of samples, with and without their slopes."""

from typing import Any

from spiral_monolith_neat_numpy.kernels.formulas import WITH_SLOPE
from spiral_monolith_neat_numpy.kernels.operators import ArrayOps, Vector, VectorOps
from spiral_monolith_neat_numpy.kernels.registers import LANES, in_registers, pointer_to

_IDENTITY = 0


def _emit_cases(builder: Any, code: Any, value_place: Any, slope_place: Any | None) -> None:
    """Emit one branch per activation; LLVM drops the slope where it is not stored."""
    end = builder.append_basic_block("activated")
    switch = builder.switch(code, end)
    for number, formula in enumerate(WITH_SLOPE):
        if number == _IDENTITY and slope_place is None:
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


def emit_activate(builder: Any, code: Any, row: Any, values: Any) -> None:
    """Emit ``activate``."""
    _emit_cases(builder, code, pointer_to(builder, values, row), None)


@in_registers(emit_activate)
def activate(code: int, row: int, values: Any) -> None:
    """Replace ``values[row]``, sums, by the activation with that code.

    Args:
        code: position in ``formulas.WITH_SLOPE``, and in ``settings.ACTIVATION_NAMES``.
        row: row of ``values``.
        values: handle of ``(n_nodes, LANES)`` float32.
    """
    values[row] = WITH_SLOPE[code](ArrayOps(), values[row].copy())[0]


def emit_activate_with_slope(builder: Any, code: Any, row: Any, values: Any, slopes: Any) -> None:
    """Emit ``activate_with_slope``."""
    _emit_cases(builder, code, pointer_to(builder, values, row), pointer_to(builder, slopes, row))


@in_registers(emit_activate_with_slope)
def activate_with_slope(code: int, row: int, values: Any, out_slope: Any) -> None:
    """As ``activate``, and write the derivative at each sum to ``out_slope[row]``."""
    values[row], out_slope[row] = WITH_SLOPE[code](ArrayOps(), values[row].copy())
