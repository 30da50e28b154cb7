"""Encoders of feature columns: scaling, one column per category, filling."""

import json
import logging
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.errors import DataError
from spiral_monolith_neat_numpy.tasks.columns import Column
from spiral_monolith_neat_numpy.tasks.encoding import (
    CategoryEncoder,
    Encoder,
    NumberEncoder,
    encoder_from_json,
    fit_encoder,
    mean_and_scale,
)

FLOATS = st.floats(-1e100, 1e100)


def fitted_numbers(column: Column, impute: str | None = None, scale: bool = True) -> NumberEncoder:
    encoder = fit_encoder(column, impute, scale=scale)
    assert isinstance(encoder, NumberEncoder)
    return encoder


def fitted_texts(column: Column, impute: str | None = None) -> CategoryEncoder:
    encoder = fit_encoder(column, impute, scale=True)
    assert isinstance(encoder, CategoryEncoder)
    return encoder


def numbers(*values: Any) -> Column:
    return Column("a", np.array(values, dtype=np.float64))


def texts(*values: Any) -> Column:
    return Column("a", np.array(values, dtype=object))


@given(st.lists(FLOATS, min_size=2, max_size=30))
def test_scaled_training_numbers_have_mean_zero_and_deviation_one_and_return(
    values: list[Any],
) -> None:
    array = np.array(values)
    # Where the numbers differ by less than their rounding, moments mean nothing.
    assume(np.ptp(array) > max(1e-300, 1e-9 * np.abs(array).max()))
    encoder = fitted_numbers(numbers(*values))
    encoded = encoder.encode(numbers(*values))
    assert encoded.shape == (len(values), 1)
    assert encoded.mean() == pytest.approx(0.0, abs=1e-6)
    assert encoded.std() == pytest.approx(1.0, abs=1e-6)
    returned = encoded[:, 0] * encoder.scale + encoder.mean
    np.testing.assert_allclose(returned, array, rtol=1e-9, atol=1e-9 * np.ptp(array))


@given(st.lists(FLOATS, min_size=1, max_size=10))
def test_any_finite_numbers_are_encoded_to_finite_numbers(values: list[Any]) -> None:
    encoder = fit_encoder(numbers(*values), None, scale=True)
    assert encoder is None or np.isfinite(encoder.encode(numbers(*values))).all()


@given(st.lists(st.floats(-3e38, 3e38), min_size=2, max_size=10, unique=True))
def test_without_scaling_numbers_stay_as_they_are(values: list[Any]) -> None:
    encoder = fit_encoder(numbers(*values), None, scale=False)
    if encoder is None:  # the numbers are too close together
        return
    np.testing.assert_array_equal(encoder.encode(numbers(*values))[:, 0], values)


@pytest.mark.parametrize(("scale", "size"), [(1.0, 1e39), (1e-12, 1e28), (5e-324, 1e100)])
def test_number_too_far_from_those_of_training_is_refused(scale: float, size: float) -> None:
    encoder = NumberEncoder("a", None, 5.0, scale)
    for far in (size, -size):
        with pytest.raises(DataError, match=r"'a' of the data must .* got -?1e\+\d+ in row 1: too"):
            encoder.encode(numbers(5.0, far))


def test_scaling_worked_by_hand() -> None:
    encoder = fitted_numbers(numbers(1.0, 3.0, 5.0, 7.0))
    assert encoder == NumberEncoder("a", None, 4.0, math.sqrt(5.0))
    assert encoder.encode(numbers(4.0 + 2.0 * math.sqrt(5.0)))[0, 0] == pytest.approx(2.0)


@pytest.mark.parametrize("values", [[3.0, 3.0], [0.1, 0.1, 0.1], [0.0, 5e-324], [7.0]])
def test_constant_columns_are_dropped(values: list[Any]) -> None:
    assert fit_encoder(numbers(*values), None, scale=True) is None
    assert mean_and_scale(np.array(values))[1] == 1.0


def test_a_column_that_filling_makes_constant_is_dropped() -> None:
    assert fit_encoder(numbers(3.0, math.nan, 3.0), "median", scale=True) is None
    assert fit_encoder(texts("x", "", "x"), "median", scale=True) is None


def test_missing_numbers_become_the_training_median() -> None:
    encoder = fitted_numbers(numbers(1.0, math.nan, 2.0, 9.0), "median", scale=False)
    np.testing.assert_array_equal(encoder.encode(numbers(math.nan, 5.0))[:, 0], [2.0, 5.0])


def test_missing_categories_become_the_most_frequent_one() -> None:
    encoder = fitted_texts(texts("r", "b", "", "b"), "median")
    assert encoder == CategoryEncoder("a", "b", ("b", "r"))
    np.testing.assert_array_equal(encoder.encode(texts("", "r")), [[1.0, 0.0], [0.0, 1.0]])


@pytest.mark.parametrize(("good", "bad"), [((1.0, 2.0), math.nan), (("x", "y"), "")])
def test_missing_values_are_refused_unless_filled(good: tuple[Any, ...], bad: object) -> None:
    column = numbers if isinstance(bad, float) else texts
    with pytest.raises(DataError, match=r"no missing values, got 1, the first in row 2; impute="):
        fit_encoder(column(*good, bad), None, scale=True)
    encoder = fit_encoder(column(*good), None, scale=True)
    assert encoder is not None
    with pytest.raises(DataError, match="no missing values, got 1, the first in row 0; train with"):
        encoder.encode(column(bad))


def test_a_column_with_nothing_to_learn_from_is_refused() -> None:
    with pytest.raises(DataError, match="must hold values in the training rows, all are missing"):
        fit_encoder(numbers(math.nan, math.nan), "median", scale=True)


@given(st.lists(st.sampled_from("abcde"), min_size=2, max_size=20))
def test_each_row_has_a_one_at_its_category(values: list[Any]) -> None:
    assume(len(set(values)) > 1)
    encoder = fitted_texts(texts(*values))
    encoded = encoder.encode(texts(*values))
    assert list(encoder.levels) == sorted(set(values))
    np.testing.assert_array_equal(encoded.sum(axis=1), 1.0)
    assert [encoder.levels[i] for i in encoded.argmax(axis=1)] == values
    assert encoder.feature_names == tuple(f"a={level}" for level in encoder.levels)


def test_unseen_categories_are_zeros_and_named_once(caplog: pytest.LogCaptureFixture) -> None:
    encoder = fitted_texts(texts("r", "b"))
    with caplog.at_level(logging.WARNING):
        encoded = encoder.encode(texts("z", "r", "z", "q"))
    np.testing.assert_array_equal(encoded, [[0, 0], [0, 1], [0, 0], [0, 0]])
    assert len(caplog.messages) == 1
    assert caplog.messages[0].endswith("taken as none of the known: 'q', 'z'")


def test_known_categories_are_not_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    fitted_texts(texts("r", "b")).encode(texts("b"))
    assert not caplog.messages


def test_a_column_of_the_other_type_is_refused() -> None:
    with pytest.raises(DataError, match="column 'a' of the data must hold numbers, got text"):
        NumberEncoder("a", None, 0.0, 1.0).encode(texts("x"))
    with pytest.raises(DataError, match="must hold categories as text, got numbers"):
        CategoryEncoder("a", None, ("x", "y")).encode(numbers(1.0))


def test_infinity_is_refused() -> None:
    with pytest.raises(DataError, match=r"must hold finite numbers .* got inf in row 1"):
        NumberEncoder("a", None, 0.0, 1.0).encode(numbers(0.0, math.inf))


ENCODERS = st.one_of(
    st.builds(
        NumberEncoder,
        st.text(),
        st.none() | FLOATS,
        FLOATS,
        st.floats(0.0, 1e100, exclude_min=True),
    ),
    st.builds(
        lambda name, levels: CategoryEncoder(name, min(levels), tuple(sorted(levels))),
        st.text(),
        st.sets(st.text(), min_size=1),
    ),
)


@given(ENCODERS)
def test_json_gives_the_same_encoder_back(encoder: Encoder) -> None:
    text = json.dumps(encoder.to_json(), allow_nan=False)
    assert encoder_from_json(json.loads(text)) == encoder


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"kind": "number", "name": "a", "fill": None, "mean": 0.0}, KeyError),
        ({"kind": "number", "name": "a", "fill": None, "mean": 0.0, "scale": 0.0}, ValueError),
        ({"kind": "number", "name": "a", "fill": None, "mean": "x", "scale": 1.0}, TypeError),
        ({"kind": "number", "name": "a", "fill": math.nan, "mean": 0.0, "scale": 1}, ValueError),
        ({"kind": "date", "name": "a", "fill": None}, ValueError),
        ({"kind": "category", "name": "a", "fill": "z", "levels": ["x", "y"]}, ValueError),
    ],
)
def test_json_that_is_no_encoder_is_refused(values: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        encoder_from_json(values)
