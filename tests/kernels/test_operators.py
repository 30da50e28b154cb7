"""What formulas are made of means the same for arrays and for vectors."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from tests.kernels.emitted import native_formula

from spiral_monolith_neat_numpy.kernels.operators import ArrayOps

INF, NAN = np.inf, np.nan

CASES: dict[str, tuple[Callable[[Any, Any], Any], list[float], list[float]]] = {
    "sum": (lambda o, x: x + o.constant(1.0), [1.5, INF, NAN], [2.5, INF, NAN]),
    "difference": (lambda o, x: x - o.constant(1.0), [1.5, -INF], [0.5, -INF]),
    "product": (lambda o, x: x * o.constant(-2.0), [1.5, -INF], [-3.0, INF]),
    "quotient": (lambda o, x: o.constant(1.0) / x, [4.0, INF], [0.25, 0.0]),
    "negative": (lambda o, x: -x, [1.5, -INF, 0.0], [-1.5, INF, -0.0]),
    "fma": (lambda o, x: o.fma(x, x, o.constant(1.0)), [3.0, INF], [10.0, INF]),
    "nearest": (lambda o, x: o.nearest(x), [0.5, 1.5, -2.5, 2.6], [0.0, 2.0, -2.0, 3.0]),
    "absolute": (lambda o, x: o.absolute(x), [-2.0, 2.0, -INF, NAN], [2.0, 2.0, INF, NAN]),
    "root": (lambda o, x: o.root(x), [4.0, 0.0, INF], [2.0, 0.0, INF]),
    "less": (
        lambda o, x: o.where_less(x, o.constant(0.0), o.constant(1.0), o.constant(2.0)),
        [-1.0, 0.0, 1.0, NAN],
        [1.0, 2.0, 2.0, 2.0],
    ),
    "power": (lambda o, x: o.power_of_two(x), [-127, -126, 0, 10, 128], [0, 2**-126, 1, 1024, INF]),
    "sign": (lambda o, x: o.odd_sign(x), [-3, -2, -1, 0, 1, 2], [-1, 1, -1, 1, -1, 1]),
    "mantissa": (lambda o, x: o.split(x)[0], [1.0, 0.75, 6.0], [0.5, 0.75, 0.75]),
    "exponent": (lambda o, x: o.split(x)[1], [1.0, 0.75, 6.0], [1.0, 0.0, 3.0]),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("world", ["arrays", "instructions"])
def test_each_operation_is_what_its_name_says(name: str, world: str) -> None:
    operation, numbers, wanted = CASES[name]
    x = np.array(numbers, dtype=np.float32)
    if world == "arrays":
        found = operation(ArrayOps(), x)
        assert found.dtype == np.float32
    else:
        (found,) = native_formula(operation)(x)
    np.testing.assert_array_equal(found, np.array(wanted, dtype=np.float32))
    assert np.array_equal(np.signbit(found), np.signbit(np.array(wanted)))
