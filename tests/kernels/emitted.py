"""Run emitted LLVM instructions as they are, without Numba, through ctypes."""

import ctypes
from collections.abc import Callable
from functools import cache
from typing import Any

import llvmlite.binding as llvm
import numpy as np
from llvmlite import ir

from spiral_monolith_neat_numpy.arrays import Float32Array
from spiral_monolith_neat_numpy.kernels.operators import Vector, VectorOps
from spiral_monolith_neat_numpy.kernels.registers import (
    FLOAT,
    INT64,
    LANES,
    Loop,
    load_row,
    store_row,
)

_ENGINES: list[Any] = []  # compiled code lives as long as its engine


def native(emit: Callable[..., Any], kinds: str, *, returns: bool = False) -> Callable[..., Any]:
    """Return a function that runs what ``emit`` emits, on arrays and numbers.

    Args:
        emit: takes a builder and the arguments' values.
        kinds: a letter for each argument: "a" array, "i" whole number, "f" float32.
        returns: whether it returns a float32.
    """
    module = ir.Module()
    result = FLOAT if returns else ir.VoidType()
    arguments = [FLOAT if kind == "f" else INT64 for kind in kinds]
    function = ir.Function(module, ir.FunctionType(result, arguments), "run")
    builder = ir.IRBuilder(function.append_basic_block())
    value = emit(builder, *function.args)
    if returns:
        builder.ret(value)
    else:
        builder.ret_void()
    number = {"a": ctypes.c_int64, "i": ctypes.c_int64, "f": ctypes.c_float}
    numbers: Any = [number[kind] for kind in kinds]
    prototype = ctypes.CFUNCTYPE(ctypes.c_float if returns else None, *numbers)
    run = prototype(_compile(str(module)))

    def call(*values: Any) -> Any:
        for value in values:
            assert not isinstance(value, np.ndarray) or value.flags.carray
        return run(*(v.ctypes.data if isinstance(v, np.ndarray) else v for v in values))

    return call


def _compile(text: str) -> int:
    llvm.initialize_native_target()
    llvm.initialize_native_asmprinter()
    target = llvm.Target.from_default_triple()
    features = llvm.get_host_cpu_features().flatten()
    machine = target.create_target_machine(
        cpu=llvm.get_host_cpu_name(), features=features, opt=2, jit=True
    )
    engine = llvm.create_mcjit_compiler(llvm.parse_assembly(text), machine)
    engine.finalize_object()
    _ENGINES.append(engine)
    return int(engine.get_function_address("run"))


@cache
def native_formula(
    formula: Callable[..., Any], n_results: int = 1
) -> Callable[[Float32Array], list[Float32Array]]:
    """Return a function that applies a formula's instructions to any number of float32."""

    def emit(builder: Any, source: Any, n_rows: Any, *targets: Any) -> None:
        loop = Loop(builder, ir.Constant(INT64, 0), n_rows, [])
        ops = VectorOps(builder, LANES)
        results = formula(ops, Vector(ops, load_row(builder, source, loop.index)))
        results = results if isinstance(results, tuple) else (results,)
        for result, place in zip(results, targets, strict=True):
            store_row(builder, result.value, place, loop.index)
        loop.close(1, [])

    run = native(emit, "ai" + "a" * n_results)

    def apply(numbers: Float32Array) -> list[Float32Array]:
        n_rows = -(-numbers.size // LANES)
        source = np.zeros(n_rows * LANES, dtype=np.float32)
        source[: numbers.size] = numbers
        found = [np.empty_like(source) for _ in range(n_results)]
        run(source, n_rows, *found)
        return [one[: numbers.size] for one in found]

    return apply
