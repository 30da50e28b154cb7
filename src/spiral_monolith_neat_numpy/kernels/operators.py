"""What a formula may do to rows of samples, once for NumPy arrays, once for LLVM vectors."""

from typing import Any

import numpy as np
from llvmlite import ir

from spiral_monolith_neat_numpy.kernels.registers import FAST, FLOAT, INT32


class ArrayOps:
    """The operations on NumPy arrays of float32."""

    def constant(self, number: float) -> Any:
        """Return a number as a row."""
        return np.float32(number)

    def fma(self, a: Any, b: Any, c: Any) -> Any:
        """Return a * b + c rounded once."""
        wide = np.asarray(a, np.float64) * np.asarray(b, np.float64) + np.asarray(c, np.float64)
        return wide.astype(np.float32)

    def nearest(self, x: Any) -> Any:
        """Return the nearest whole numbers, ties to even."""
        return np.rint(x)

    def absolute(self, x: Any) -> Any:
        """Return |x|."""
        return np.abs(x)

    def root(self, x: Any) -> Any:
        """Return the square root."""
        return np.sqrt(x)

    def where_less(self, a: Any, b: Any, yes: Any, no: Any) -> Any:
        """Return ``yes`` where a < b, otherwise (and for NaN) ``no``."""
        return np.where(a < b, yes, no).astype(np.float32)

    def power_of_two(self, n: Any) -> Any:
        """Return 2**n for whole n from -127 (which gives 0) to 128 (infinity)."""
        with np.errstate(invalid="ignore"):
            bits = (np.asarray(n).astype(np.int32) + np.int32(127)) << np.int32(23)
        return bits.view(np.float32)

    def odd_sign(self, n: Any) -> Any:
        """Return -1 where whole n is odd, otherwise 1."""
        with np.errstate(invalid="ignore"):
            return (1 - 2 * (np.asarray(n).astype(np.int32) & 1)).astype(np.float32)

    def split(self, x: Any) -> tuple[Any, Any]:
        """Return (m, e) with x = m * 2**e and m in [0.5, 1), for normal x > 0."""
        bits = np.asarray(x, np.float32).view(np.int32)
        mantissa = ((bits & np.int32(0x007FFFFF)) | np.int32(0x3F000000)).view(np.float32)
        return mantissa, ((bits >> 23) - 126).astype(np.float32)


class Vector:
    """An LLVM vector of floats with arithmetic operators that emit instructions."""

    def __init__(self, ops: "VectorOps", value: Any) -> None:
        """Wrap ``value``."""
        self.ops = ops
        self.value = value

    def _emit(self, instruction: str, left: Any, right: Any) -> "Vector":
        emit = getattr(self.ops.builder, instruction)
        return Vector(self.ops, emit(left.value, right.value, flags=FAST))

    def __add__(self, other: "Vector") -> "Vector":
        """Return the sum."""
        return self._emit("fadd", self, other)

    def __sub__(self, other: "Vector") -> "Vector":
        """Return the difference."""
        return self._emit("fsub", self, other)

    def __mul__(self, other: "Vector") -> "Vector":
        """Return the product."""
        return self._emit("fmul", self, other)

    def __truediv__(self, other: "Vector") -> "Vector":
        """Return the quotient."""
        return self._emit("fdiv", self, other)

    def __neg__(self) -> "Vector":
        """Return the negative."""
        return self._emit("fsub", self.ops.constant(-0.0), self)


class VectorOps:
    """The operations of ``ArrayOps`` on LLVM vectors, emitted through a builder."""

    def __init__(self, builder: Any, width: int) -> None:
        """Emit through ``builder`` on vectors ``width`` wide."""
        self.builder = builder
        self.width = width
        self.floats = ir.VectorType(FLOAT, width)
        self.ints = ir.VectorType(INT32, width)

    def constant(self, number: float) -> Vector:
        """As ``ArrayOps.constant``."""
        rounded = float(np.float32(number))
        return Vector(self, ir.Constant(self.floats, [rounded] * self.width))

    def _int(self, number: int) -> Any:
        return ir.Constant(self.ints, [number] * self.width)

    def _call(self, name: str, *rows: Vector) -> Vector:
        kind = ir.FunctionType(self.floats, [self.floats] * len(rows))
        full = f"llvm.{name}.v{self.width}f32"
        module = self.builder.module
        function = module.globals.get(full) or ir.Function(module, kind, full)
        return Vector(self, self.builder.call(function, [row.value for row in rows]))

    def fma(self, a: Vector, b: Vector, c: Vector) -> Vector:
        """As ``ArrayOps.fma``: one step that no flag may regroup."""
        return self._call("fma", a, b, c)

    def nearest(self, x: Vector) -> Vector:
        """As ``ArrayOps.nearest``."""
        return self._call("rint", x)

    def absolute(self, x: Vector) -> Vector:
        """As ``ArrayOps.absolute``."""
        return self._call("fabs", x)

    def root(self, x: Vector) -> Vector:
        """As ``ArrayOps.root``."""
        return self._call("sqrt", x)

    def where_less(self, a: Vector, b: Vector, yes: Vector, no: Vector) -> Vector:
        """As ``ArrayOps.where_less``."""
        less = self.builder.fcmp_ordered("<", a.value, b.value)
        return Vector(self, self.builder.select(less, yes.value, no.value))

    def power_of_two(self, n: Vector) -> Vector:
        """As ``ArrayOps.power_of_two``."""
        whole = self.builder.fptosi(n.value, self.ints)
        bits = self.builder.shl(self.builder.add(whole, self._int(127)), self._int(23))
        return Vector(self, self.builder.bitcast(bits, self.floats))

    def odd_sign(self, n: Vector) -> Vector:
        """As ``ArrayOps.odd_sign``."""
        whole = self.builder.fptosi(n.value, self.ints)
        sign_bit = self.builder.shl(whole, self._int(31))
        one = self.builder.bitcast(self.constant(1.0).value, self.ints)
        return Vector(self, self.builder.bitcast(self.builder.or_(one, sign_bit), self.floats))

    def split(self, x: Vector) -> tuple[Vector, Vector]:
        """As ``ArrayOps.split``."""
        bits = self.builder.bitcast(x.value, self.ints)
        small = self.builder.and_(bits, self._int(0x007FFFFF))
        mantissa = self.builder.bitcast(self.builder.or_(small, self._int(0x3F000000)), self.floats)
        power = self.builder.sub(self.builder.lshr(bits, self._int(23)), self._int(126))
        return Vector(self, mantissa), Vector(self, self.builder.sitofp(power, self.floats))
