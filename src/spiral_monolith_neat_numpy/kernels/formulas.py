"""Elementary functions over a row of samples, each written once for two worlds.

A formula takes ``o``, the operations it may use, and rows that know + - * / and unary -.
With ``ArrayOps`` rows are float32 arrays (the JIT is off); with ``VectorOps`` they are
LLVM vectors inside a kernel. Library calls do not vectorise, so exp, log and sine are
polynomials without branches. Largest errors against float64, held by
``tests/kernels/test_activations.py``: exp 1e-7 relative (infinity from 88.4, zero below
-87.7), log 1e-7 relative to max(1, |log x|), sine and cosine 2e-7 absolute for
|x| <= 1,000, sigmoid 2e-7 and tanh 4e-7
absolute. NaN stays NaN.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir

from spiral_monolith_neat_numpy.kernels.simd import FAST

_F32 = ir.FloatType()
_I32 = ir.IntType(32)


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
        self.floats = ir.VectorType(_F32, width)
        self.ints = ir.VectorType(_I32, width)

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


def _horner(o: Any, x: Any, coefficients: list[float]) -> Any:
    """Return c[0] + c[1] x + c[2] x**2 + ..."""
    total = o.constant(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = o.fma(total, x, o.constant(coefficient))
    return total


# -log(2) and -pi as sums of float32: what one rounding drops, the next part brings back.
_LOG_2_HIGH = float(np.float32(-np.log(2.0)))
_LOG_2_LOW = -np.log(2.0) - _LOG_2_HIGH
_PI_HIGH = float(np.float32(-np.pi))
_PI_LOW = -np.pi - _PI_HIGH
_EXP_SERIES = [1.0, 1.0, 1 / 2, 1 / 6, 1 / 24, 1 / 120, 1 / 720]
_SINE_SERIES = [1.0, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800]
_ARTANH_SERIES = [2.0, 2 / 3, 2 / 5, 2 / 7, 2 / 9]
# Coefficients of tanh(x) / x by x**2, from an iteratively reweighted least-squares fit on
# [0, 9]; relative error 2.1e-8 before rounding.
_TANH_OVER = [0.99999998, 0.133809815, 3.49553402e-3, 2.06081295e-5, 1.33532385e-8]
_TANH_UNDER = [1.0, 0.467142971, 0.0258767806, 3.28554356e-4, 7.77599675e-7]


def exp(o: Any, x: Any) -> Any:
    """Return e**x = 2**n e**r with |r| <= log(2)/2, e**r by its Taylor polynomial."""
    top, bottom = o.constant(89.0), o.constant(-88.0)
    x = o.where_less(top, x, top, x)
    x = o.where_less(x, bottom, bottom, x)
    n = o.nearest(x * o.constant(1.0 / np.log(2.0)))
    r = o.fma(n, o.constant(_LOG_2_LOW), o.fma(n, o.constant(_LOG_2_HIGH), x))
    return _horner(o, r, _EXP_SERIES) * o.power_of_two(n)


def log(o: Any, x: Any) -> Any:
    """Return the logarithm of normal x > 0: its exponent plus 2 artanh((m - 1) / (m + 1))."""
    one = o.constant(1.0)
    mantissa, exponent = o.split(x)
    edge = o.constant(np.sqrt(0.5))
    exponent = o.where_less(mantissa, edge, exponent - one, exponent)
    mantissa = o.where_less(mantissa, edge, mantissa + mantissa, mantissa)
    s = (mantissa - one) / (mantissa + one)
    result = o.fma(exponent, o.constant(np.log(2.0)), s * _horner(o, s * s, _ARTANH_SERIES))
    return o.where_less(x, o.constant(np.inf), result, x)


def _sine_near_zero(o: Any, x: Any, n: Any) -> Any:
    r = o.fma(n, o.constant(_PI_LOW), o.fma(n, o.constant(_PI_HIGH), x))
    return r * _horner(o, r * r, _SINE_SERIES)


def sine(o: Any, x: Any) -> Any:
    """Return sin(x), reduced by the nearest multiple of pi."""
    n = o.nearest(x * o.constant(1.0 / np.pi))
    return o.odd_sign(n) * _sine_near_zero(o, x, n)


def cosine(o: Any, x: Any) -> Any:
    """Return cos(x) = (-1)**(k+1) sin(x - (k + 1/2) pi)."""
    half = o.constant(0.5)
    k = o.nearest(x * o.constant(1.0 / np.pi) - half)
    return -o.odd_sign(k) * _sine_near_zero(o, x, k + half)


def sigmoid(o: Any, x: Any) -> Any:
    """Return 1 / (1 + e**-x)."""
    one = o.constant(1.0)
    return one / (one + exp(o, -x))


def tanh(o: Any, x: Any) -> Any:
    """Return x P(x**2) / Q(x**2) on |x| <= 9, beyond which tanh is 1 to a float32."""
    limit = o.constant(9.0)
    x = o.where_less(limit, x, limit, x)
    x = o.where_less(x, -limit, -limit, x)
    square = x * x
    return x * _horner(o, square, _TANH_OVER) / _horner(o, square, _TANH_UNDER)


def softplus(o: Any, x: Any) -> Any:
    """Return log(1 + e**x) = max(x, 0) + 2 artanh(t / (2 + t)), t = e**-|x|."""
    zero = o.constant(0.0)
    t = exp(o, -o.absolute(x))
    s = t / (o.constant(2.0) + t)
    top = o.where_less(x, zero, zero, x)
    return o.fma(s, _horner(o, s * s, [*_ARTANH_SERIES, 2 / 11]), top)


def _with_slope_identity(o: Any, x: Any) -> tuple[Any, Any]:
    return x, o.constant(1.0)


def _with_slope_tanh(o: Any, x: Any) -> tuple[Any, Any]:
    y = tanh(o, x)
    return y, o.constant(1.0) - y * y


def _with_slope_relu(o: Any, x: Any) -> tuple[Any, Any]:
    zero, one = o.constant(0.0), o.constant(1.0)
    return o.where_less(x, zero, zero, x), o.where_less(x, zero, zero, one)


def _with_slope_sigmoid(o: Any, x: Any) -> tuple[Any, Any]:
    y = sigmoid(o, x)
    return y, y * (o.constant(1.0) - y)


def _with_slope_sine(o: Any, x: Any) -> tuple[Any, Any]:
    return sine(o, x), cosine(o, x)


def _with_slope_gaussian(o: Any, x: Any) -> tuple[Any, Any]:
    y = exp(o, -(x * x))
    return y, o.constant(-2.0) * x * y


def _with_slope_softplus(o: Any, x: Any) -> tuple[Any, Any]:
    return softplus(o, x), sigmoid(o, x)


def _with_slope_abs(o: Any, x: Any) -> tuple[Any, Any]:
    zero = o.constant(0.0)
    one = o.constant(1.0)
    return o.absolute(x), o.where_less(x, zero, -one, one)


def _with_slope_square(o: Any, x: Any) -> tuple[Any, Any]:
    return x * x, x + x


# (value, derivative) of each activation, in the order of ``settings.ACTIVATION_NAMES``.
WITH_SLOPE: tuple[Callable[[Any, Any], tuple[Any, Any]], ...] = (
    _with_slope_identity,
    _with_slope_tanh,
    _with_slope_relu,
    _with_slope_sigmoid,
    _with_slope_sine,
    _with_slope_gaussian,
    _with_slope_softplus,
    _with_slope_abs,
    _with_slope_square,
)
