"""Elementary functions over a row of samples, each written once for two worlds.

A formula takes ``o``, the operations it may use, and rows that know + - * / and unary -.
With ``operators.ArrayOps`` rows are float32 arrays (the JIT is off); with ``VectorOps`` they
are LLVM vectors inside a kernel. Library calls do not vectorise, so exp, log and sine are
polynomials without branches. Largest errors against float64, held by
``tests/kernels/test_formulas.py``: exp 1.3e-7 relative (infinity from 88.4, zero below
-87.7), log 1.2e-7 relative to max(1, |log x|), sine and cosine 2e-7 absolute for
|x| <= 1,000 (and within 1 for any finite x), sigmoids and gaussian 2e-7 and tanh 4e-7 absolute,
softplus 3e-7 relative to max(1, softplus). NaN stays NaN, infinity keeps its meaning.
"""

from collections.abc import Callable
from typing import Any

import numpy as np


def _horner(o: Any, x: Any, coefficients: list[float]) -> Any:
    """Return c[0] + c[1] x + c[2] x**2 + ..."""
    total = o.constant(coefficients[-1])
    for coefficient in reversed(coefficients[:-1]):
        total = o.fma(total, x, o.constant(coefficient))
    return total


def _clip(o: Any, x: Any, limit: float) -> Any:
    top, bottom = o.constant(limit), o.constant(-limit)
    x = o.where_less(top, x, top, x)
    return o.where_less(x, bottom, bottom, x)


# -log(2) and -pi as sums of float32: what one rounding drops, the next part brings back.
_LOG_2_HIGH = float(np.float32(-np.log(2.0)))
_LOG_2_LOW = -np.log(2.0) - _LOG_2_HIGH
_PI_HIGH = float(np.float32(-np.pi))
_PI_LOW = -np.pi - _PI_HIGH
# Taylor's coefficients of e**r would leave 1.2e-7 at the ends of |r| <= log(2)/2; with the last
# four from the Chebyshev interpolation of (e**r - 1 - r) / r**2 there it is 1.1e-8.
_EXP_SERIES = [1.0, 1.0, 0.5, 0.16666576, 0.041666556, 0.0083631789, 0.0013926184]
_SINE_SERIES = [1.0, -1 / 6, 1 / 120, -1 / 5040, 1 / 362880, -1 / 39916800]
_ARTANH_SERIES = [2.0, 2 / 3, 2 / 5, 2 / 7, 2 / 9]
# Coefficients of tanh(x) / x by x**2, from an iteratively reweighted least-squares fit on
# [0, 9]; relative error 2.1e-8 before rounding.
_TANH_OVER = [0.99999998, 0.133809815, 3.49553402e-3, 2.06081295e-5, 1.33532385e-8]
_TANH_UNDER = [1.0, 0.467142971, 0.0258767806, 3.28554356e-4, 7.77599675e-7]

STEEPNESS = 4.9  # of the steep sigmoid (Stanley & Miikkulainen 2002, section 4.1)


def exp(o: Any, x: Any) -> Any:
    """Return e**x = 2**n e**r with |r| <= log(2)/2, e**r by a polynomial."""
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
    r = _clip(o, r, 3.2)  # beyond |x| = 1e7 digits of n are lost; the sine stays within 1
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


def tanh(o: Any, x: Any) -> Any:
    """Return x P(x**2) / Q(x**2) on |x| <= 9, beyond which tanh is 1 to a float32."""
    x = _clip(o, x, 9.0)
    square = x * x
    return x * _horner(o, square, _TANH_OVER) / _horner(o, square, _TANH_UNDER)


def softplus_and_sigmoid(o: Any, x: Any) -> tuple[Any, Any]:
    """Return log(1 + e**x) and its derivative 1 / (1 + e**-x), from one t = e**-|x|.

    log(1 + e**x) = max(x, 0) + 2 artanh(t / (2 + t)).
    """
    zero, one = o.constant(0.0), o.constant(1.0)
    t = exp(o, -o.absolute(x))
    s = t / (o.constant(2.0) + t)
    top = o.where_less(x, zero, zero, x)
    softplus = o.fma(s, _horner(o, s * s, [*_ARTANH_SERIES, 2 / 11]), top)
    right = one / (one + t)
    return softplus, o.where_less(x, zero, t * right, right)


def _with_slope_identity(o: Any, x: Any) -> tuple[Any, Any]:
    return x, o.constant(1.0)


def _with_slope_tanh(o: Any, x: Any) -> tuple[Any, Any]:
    y = tanh(o, x)
    return y, o.constant(1.0) - y * y


def _with_slope_relu(o: Any, x: Any) -> tuple[Any, Any]:
    zero, one = o.constant(0.0), o.constant(1.0)
    return o.where_less(x, zero, zero, x), o.where_less(x, zero, zero, one)


def _with_slope_sigmoid(o: Any, x: Any) -> tuple[Any, Any]:
    one = o.constant(1.0)
    y = one / (one + exp(o, -x))
    return y, y * (one - y)


def _with_slope_steep_sigmoid(o: Any, x: Any) -> tuple[Any, Any]:
    one, steepness = o.constant(1.0), o.constant(STEEPNESS)
    y = one / (one + exp(o, -(steepness * x)))
    return y, steepness * (y * (one - y))


def _with_slope_sine(o: Any, x: Any) -> tuple[Any, Any]:
    return sine(o, x), cosine(o, x)


def _with_slope_gaussian(o: Any, x: Any) -> tuple[Any, Any]:
    x = _clip(o, x, 20.0)  # there e**-x**2 is 0 to a float32, and so is the slope
    y = exp(o, -(x * x))
    return y, o.constant(-2.0) * x * y


def _with_slope_softplus(o: Any, x: Any) -> tuple[Any, Any]:
    return softplus_and_sigmoid(o, x)


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
    _with_slope_steep_sigmoid,
)
