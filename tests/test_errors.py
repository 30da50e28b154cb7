"""Messages name the argument, what was expected and what was found."""

import math
import pickle
import re

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.errors import (
    DataError,
    FitnessError,
    GenomeError,
    ModelFileError,
    check_choice,
    check_features,
    check_finite,
    check_flag,
    check_integer,
    check_length,
    check_number,
    retold,
)


def exactly(message: str) -> str:
    return f"^{re.escape(message)}$"


@pytest.mark.parametrize("kind", [GenomeError, ModelFileError, DataError])
def test_errors_of_bad_input_are_value_errors(kind: type[Exception]) -> None:
    assert issubclass(kind, ValueError)


def test_fitness_error_keeps_the_genome_id_through_pickle() -> None:
    error = pickle.loads(pickle.dumps(FitnessError("fitness failed on genome 7", 7)))
    assert isinstance(error, FitnessError)
    assert str(error) == "fitness failed on genome 7"
    assert error.genome_id == 7


@given(st.floats(0.0, 1.0))
def test_number_inside_the_range_is_returned(value: float) -> None:
    assert check_number("share", value, 0.0, 1.0) == value


@pytest.mark.parametrize("value", [3, np.int8(3), np.float32(3.0), np.float64(3.0)])
def test_number_of_any_kind_becomes_a_plain_float(value: object) -> None:
    number = check_number("x", value)
    assert type(number) is float
    assert number == 3.0


@pytest.mark.parametrize("value", [True, np.True_, "3", None, 1j, [3.0], np.array([3.0])])
def test_what_is_no_number_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError, match=exactly(f"x must be a number, got {value!r}")):
        check_number("x", value)


@pytest.mark.parametrize(
    ("value", "low", "high", "low_open", "message"),
    [
        (-0.5, 0.0, math.inf, False, "x must be >= 0, got -0.5"),
        (0.0, 0.0, math.inf, True, "x must be > 0, got 0.0"),
        (3, -math.inf, 2.0, False, "x must be <= 2, got 3"),
        (np.float32(0.5), 1.0, 2.0, False, "x must be in [1, 2], got 0.5"),
        (0.5, 1.0, 1e9, False, "x must be in [1, 1e+09], got 0.5"),
        (1.5, 0.0, 1.0, False, "x must be in [0, 1], got 1.5"),
        (0.0, 0.0, 1.0, True, "x must be in (0, 1], got 0.0"),
        (math.nan, 0.0, 1.0, False, "x must be in [0, 1], got nan"),
        (math.nan, -math.inf, math.inf, False, "x must be a finite number, got nan"),
        (math.inf, -math.inf, math.inf, False, "x must be a finite number, got inf"),
        (math.inf, 0.0, math.inf, False, "x must be finite and >= 0, got inf"),
        (math.inf, 0.0, 1.0, False, "x must be in [0, 1], got inf"),
        (-math.inf, -math.inf, 1.0, False, "x must be finite and <= 1, got -inf"),
    ],
)
def test_number_outside_the_range_says_so(
    value: float, low: float, high: float, low_open: bool, message: str
) -> None:
    with pytest.raises(ValueError, match=exactly(message)):
        check_number("x", value, low, high, low_open=low_open)


def test_infinity_is_a_number_only_where_it_is_allowed() -> None:
    assert check_number("x", -math.inf, infinite=True) == -math.inf
    assert check_number("x", math.inf, 0.0, infinite=True) == math.inf
    with pytest.raises(ValueError, match=exactly("x must be in [0, 1], got inf")):
        check_number("x", math.inf, 0.0, 1.0, infinite=True)


def test_int_too_large_for_a_float_is_refused_in_words() -> None:
    with pytest.raises(ValueError, match="x must be a finite number, got -1000"):
        check_number("x", -(10**400))


@pytest.mark.parametrize("value", [5, np.int64(5), np.uint8(5)])
def test_integer_of_any_kind_becomes_a_plain_int(value: object) -> None:
    number = check_integer("n", value, 1)
    assert type(number) is int
    assert number == 5


@pytest.mark.parametrize("value", [True, np.False_, 5.0, "5", None])
def test_what_is_no_integer_is_a_type_error(value: object) -> None:
    with pytest.raises(
        TypeError, match=exactly(f"n must be a whole number (an int), got {value!r}")
    ):
        check_integer("n", value)


@pytest.mark.parametrize(
    ("value", "low", "high", "message"),
    [
        (1, 2, math.inf, "n must be >= 2, got 1"),
        (11, 2, 10, "n must be in [2, 10], got 11"),
        (-1, 0, 2**64 - 1, "n must be in [0, 18446744073709551615], got -1"),
    ],
)
def test_integer_outside_the_range_says_so(
    value: int, low: float, high: float, message: str
) -> None:
    with pytest.raises(ValueError, match=exactly(message)):
        check_integer("n", value, low, high)


@pytest.mark.parametrize("value", [True, np.True_])
def test_flag_becomes_a_plain_bool(value: object) -> None:
    assert check_flag("verbose", value) is True


@pytest.mark.parametrize("value", [1, "yes", None])
def test_what_is_no_flag_is_a_type_error(value: object) -> None:
    with pytest.raises(TypeError, match=exactly(f"verbose must be True or False, got {value!r}")):
        check_flag("verbose", value)


def test_choice_is_returned() -> None:
    assert check_choice("mode", "pid", ("auto", "pid")) == "pid"


@pytest.mark.parametrize("value", ["PID", "", None, 3, ["pid"]])
def test_unknown_choice_lists_the_known(value: object) -> None:
    message = f"mode must be one of 'auto', 'pid', got {value!r}"
    with pytest.raises(ValueError, match=exactly(message)):
        check_choice("mode", value, ("auto", "pid"))


@pytest.mark.parametrize(
    "values",
    [
        [[1, 2], [3, 4]],
        np.array([[1, 2], [3, 4]], dtype=np.int8),
        np.asfortranarray([[1.0, 2.0], [3.0, 4.0]]),
        np.array([[1, 2.0], [np.float32(3), 4]], dtype=object),
    ],
)
def test_features_become_contiguous_float64(values: object) -> None:
    array = check_features("X", values, 2)
    assert array.dtype == np.float64
    assert array.flags.c_contiguous
    np.testing.assert_array_equal(array, [[1.0, 2.0], [3.0, 4.0]])


@pytest.mark.parametrize(
    ("values", "n_features", "message"),
    [
        (np.zeros((0, 4)), None, "(n_samples, n_features) with n_samples >= 1, got (0, 4)"),
        (np.zeros((4, 0)), None, "(n_samples, n_features) with n_samples >= 1, got (4, 0)"),
        (np.zeros(4), None, "(n_samples, n_features) with n_samples >= 1, got (4,)"),
        (3.0, None, "(n_samples, n_features) with n_samples >= 1, got ()"),
        (np.zeros((4, 3)), 2, "(n_samples, 2) with n_samples >= 1, got (4, 3)"),
    ],
)
def test_features_of_another_shape_are_refused(
    values: object, n_features: int | None, message: str
) -> None:
    with pytest.raises(ValueError, match=exactly(f"Xtr must have shape {message}")):
        check_features("Xtr", values, n_features)


@pytest.mark.parametrize(
    ("values", "found"),
    [
        ([["1", "2"]], "one of <U1"),
        ([[1 + 2j]], "one of complex128"),
        ([["2020-01-01"]], "one of <U10"),
        (np.array([["2020-01-01"]], dtype="datetime64[D]"), "one of datetime64[D]"),
        ([[1.0, None]], "one of object"),
        (np.array([[1.0, "2"]], dtype=object), "one of object"),
        ([[1.0], [1.0, 2.0]], "setting an array element"),
    ],
)
def test_features_that_are_no_numbers_are_refused(values: object, found: str) -> None:
    message = f"X must be an array of numbers, got {found}"
    with pytest.raises(ValueError, match=re.escape(message)):
        check_features("X", values)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_features_that_are_not_finite_are_located(value: float) -> None:
    X = np.zeros((3, 2))
    X[1, 0] = X[2, 1] = value
    message = f"X must hold finite numbers, got {value} at index (1, 0) (2 such in all)"
    with pytest.raises(ValueError, match=exactly(message)):
        check_features("X", X)


def test_finite_array_passes() -> None:
    check_finite("y", np.array([0.0, -1e308]))
    check_finite("y", np.array([1, 2]))


def test_length_must_match_the_other_argument() -> None:
    check_length("y", np.zeros(3), 3, "X")
    for wrong in (np.zeros(2), np.zeros((3, 1))):
        message = f"y must have shape (3,) to match X, got {wrong.shape}"
        with pytest.raises(ValueError, match=exactly(message)):
            check_length("y", wrong, 3, "X")


def test_retold_error_keeps_class_and_number_and_says_the_sentence_alone() -> None:
    told = retold(PermissionError(13, "Permission denied", "file"), "path must be readable")
    assert type(told) is PermissionError
    assert (str(told), told.errno) == ("path must be readable", 13)
