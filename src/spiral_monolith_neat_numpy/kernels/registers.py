"""How a kernel gets vector registers: LLVM instructions in place of a Python function.

A block is ``LANES`` samples wide and a node's values in it are one row. The LLVM vector type
``<32 x float>`` becomes four AVX registers, two AVX-512 or eight SSE or NEON ones.
"""

import inspect
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba as nb
from llvmlite import ir
from numba.core import cgutils, types
from numba.extending import intrinsic

LANES = 32
FOLD = 8  # gradients are kept as eight partial sums per edge
FAST = ("contract", "reassoc", "nsz")

FLOAT = ir.FloatType()
INT32 = ir.IntType(32)
INT64 = ir.IntType(64)
ROW = ir.VectorType(FLOAT, LANES)
PARTIAL = ir.VectorType(FLOAT, FOLD)
_F = TypeVar("_F", bound=Callable[..., Any])


def in_registers(emit: Callable[..., Any]) -> Callable[[_F], _F]:
    """Return a decorator: kernels get what ``emit`` writes in place of the function.

    The function's annotations give the types: ``float`` is a float32, all else an int64.

    Args:
        emit: takes an LLVM builder and the values of the arguments; returns the value of
            the result, or None.
    """

    def decorate(function: _F) -> _F:
        if nb.config.DISABLE_JIT:
            return function
        kinds = [
            {float: types.float32, None: types.void}.get(kind, types.int64)
            for kind in function.__annotations__.values()
        ]

        def define(typingctx: Any, *arguments: Any) -> Any:
            def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
                result = emit(builder, *values)
                return context.get_dummy_value() if result is None else result

            return kinds[-1](*kinds[:-1]), codegen

        # Numba asks the definition for its parameters; the first one is its own.
        named = inspect.signature(function).parameters.values()
        first = inspect.Parameter("typingctx", inspect.Parameter.POSITIONAL_OR_KEYWORD)
        define.__signature__ = inspect.Signature([first, *named])  # type: ignore[attr-defined]
        define.__name__ = function.__name__
        return cast(_F, intrinsic(define))

    return decorate


def _address_when_compiled(function: _F) -> _F:
    def define(typingctx: Any, array: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            struct = context.make_array(signature.args[0])(context, builder, values[0])
            return builder.ptrtoint(struct.data, INT64)

        return types.int64(array), codegen

    return function if nb.config.DISABLE_JIT else cast(_F, intrinsic(define))


@_address_when_compiled
def handle(array: Any) -> Any:
    """Return what the row operations take for an array: its address, or itself without JIT.

    The array must outlive the handle: a kernel only takes handles of its own arguments.
    """
    return array


def _without_owner_when_compiled(function: _F) -> _F:
    def strip(context: Any, builder: Any, kind: Any, value: Any) -> Any:
        if isinstance(kind, nb.types.BaseTuple):
            parts = cgutils.unpack_tuple(builder, value, len(kind))
            bare = [strip(context, builder, *pair) for pair in zip(kind, parts, strict=True)]
            return context.make_tuple(builder, kind, bare)
        array = context.make_array(kind)(context, builder, value)
        array.meminfo = cgutils.get_null_value(array.meminfo.type)
        array.parent = cgutils.get_null_value(array.parent.type)
        return array._getvalue()

    def define(typingctx: Any, arrays: Any) -> Any:
        def codegen(context: Any, builder: Any, signature: Any, values: Any) -> Any:
            return strip(context, builder, signature.args[0], values[0])

        return arrays(arrays), codegen

    return function if nb.config.DISABLE_JIT else cast(_F, intrinsic(define))


@_without_owner_when_compiled
def borrowed(arrays: Any) -> Any:
    """Return an array, or a tuple of arrays or of such tuples, whose references nobody counts.

    Counting them takes half the time of a loop over small genomes. The arrays must outlive
    what is returned: a kernel only borrows its own arguments.
    """
    return arrays


def pointer_to(builder: Any, base: Any, index: Any, kind: Any = ROW) -> Any:
    """Return the pointer to entry ``index``, of type ``kind``, of the array at ``base``."""
    return builder.gep(builder.inttoptr(base, kind.as_pointer()), [index])


def load_row(builder: Any, base: Any, index: Any) -> Any:
    """Return row ``index`` as a vector."""
    return builder.load(pointer_to(builder, base, index), align=4)


def load_lanes(builder: Any, base: Any, first: Any) -> Any:
    """Return the numbers first .. first + LANES - 1 as a vector."""
    place = pointer_to(builder, base, first, FLOAT)
    return builder.load(builder.bitcast(place, ROW.as_pointer()), align=4)


def store_row(builder: Any, vector: Any, base: Any, index: Any) -> None:
    """Write row ``index``."""
    builder.store(vector, pointer_to(builder, base, index), align=4)


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


def sum_lanes(builder: Any, vector: Any) -> Any:
    """Return the sum of a vector's lanes as a float."""
    return builder.extract_element(fold_vector(builder, vector, 1), ir.Constant(INT32, 0))


def splat(builder: Any, scalar: Any, kind: Any = ROW) -> Any:
    """Return a vector of type ``kind`` with ``scalar`` in all lanes."""
    nothing = ir.Constant(kind, ir.Undefined)
    single = builder.insert_element(nothing, scalar, ir.Constant(INT32, 0))
    lanes = ir.Constant(ir.VectorType(INT32, kind.count), [0] * kind.count)
    return builder.shuffle_vector(single, nothing, lanes)


def index_at(builder: Any, base: Any, position: Any) -> Any:
    """Return an int32 of an array, as an int64."""
    return builder.sext(builder.load(pointer_to(builder, base, position, INT32)), INT64)


def float_at(builder: Any, base: Any, position: Any) -> Any:
    """Return a number of an array of float32."""
    return builder.load(pointer_to(builder, base, position, FLOAT))


def multiply_add(builder: Any, a: Any, b: Any, c: Any) -> Any:
    """Return a * b + c."""
    return builder.fadd(builder.fmul(a, b, flags=FAST), c, flags=FAST)


def add_to_partial(builder: Any, vector: Any, partials: Any, index: Any) -> None:
    """Add a row, folded to ``FOLD`` lanes, to entry ``index`` of the partial sums."""
    place = pointer_to(builder, partials, index, PARTIAL)
    total = builder.fadd(builder.load(place, align=4), fold_vector(builder, vector), flags=FAST)
    builder.store(total, place, align=4)


def _plain_loop(module: Any) -> Any:
    """Return metadata of a loop that LLVM leaves as it is."""
    wishes = [["llvm.loop.unroll.disable"], ["llvm.loop.vectorize.enable", ir.IntType(1)(0)]]
    nodes = []
    for name, *value in wishes:
        nodes.append(module.add_metadata([ir.MetaDataString(module, name), *value]))
    return module.add_metadata(nodes)


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

    def close(self, step: int, nexts: list[Any], *, simple: bool = False) -> list[Any]:
        """End the body, count on by ``step`` and return the vectors after the loop.

        Args:
            step: how far the index moves.
            nexts: the running vectors after the body.
            simple: LLVM shall neither unroll nor vectorise: code that is seldom run.
        """
        builder = self.builder
        index = builder.add(self.index, ir.Constant(INT64, step))
        self.index.add_incoming(index, self._body)
        more = builder.icmp_signed("<", index, self._last)
        jump = builder.cbranch(more, self._body, self._done)
        if simple:
            jump.set_metadata("llvm.loop", _plain_loop(builder.module))
        for phi, value in zip(self.running, nexts, strict=True):
            phi.add_incoming(value, self._body)
        builder.position_at_end(self._done)
        results = [builder.phi(start.type) for start in self._starts]
        for phi, start, value in zip(results, self._starts, nexts, strict=True):
            phi.add_incoming(start, self._before)
            phi.add_incoming(value, self._body)
        return results
