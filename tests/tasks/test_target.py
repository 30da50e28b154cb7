"""Targets: classification or regression, and encode then decode is identity."""

import json
import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.errors import DataError
from spiral_monolith_neat_numpy.tasks.dataset import Kind
from spiral_monolith_neat_numpy.tasks.target import (
    ClassTarget,
    NumberTarget,
    Target,
    choose_kind,
    fit_target,
    target_column,
    target_from_json,
)


def fitted(values: list[Any]) -> Target:
    column = target_column(values)
    return fit_target(column, choose_kind(column))


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        (["a", "b", "a"], "classification"),
        ([True, False, True], "classification"),
        ([0, 1, 1], "classification"),
        ([1.0, 2.0, 1.0], "classification"),
        (list(range(20)), "classification"),
        (list(range(21)), "regression"),
        ([0.5, 1.0, 2.0], "regression"),
    ],
)
def test_the_rule_tells_classes_from_values(values: list[Any], kind: str | None) -> None:
    assert choose_kind(target_column(values)) == kind


def test_the_rule_can_be_overruled() -> None:
    assert choose_kind(target_column([0, 1, 2]), "regression") == "regression"
    assert choose_kind(target_column([0.5, 1.0, 0.5]), "classification") == "classification"


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        (["a", "a"], None, "must hold at least two classes to be a target, got only 'a' in all 2"),
        ([3, 3, 3], None, "at least two classes to be a target, got only '3' in all 3 rows"),
        ([0.5, 0.5], None, "must hold at least two values to be a target, got only '0.5' in all"),
        ([0.0, -0.0], None, "at least two classes to be a target, got only '0'"),
        (["a", "b"], "regression", "must hold numbers to be the target of a regression, got 'a'"),
        (np.arange(101), "classification", "must hold at most 100 classes to be a target, got 101"),
        (
            ["a", "b"],
            "ranking",
            "kind must be one of 'classification', 'regression', got 'ranking'",
        ),
    ],
)
def test_a_target_that_cannot_be_one_is_refused(
    values: list[Any], kind: str | None, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        choose_kind(target_column(values), kind)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([1.0, math.nan], "column 'target' of y must have no missing values, got 1, .* in row 1"),
        (["a", None], "must have no missing values, got 1, the first in row 1; a target is never"),
        ([1.0, math.inf], "must hold finite numbers of at most 1e.100 in size, got inf in row 1"),
        ([[1], [2]], r"y must have shape \(n_samples,\) with n_samples >= 1, got \(2, 1\)"),
        (["a", math.nan], "must have no missing values, got 1, the first in row 1"),
        ([[1], [2, 3]], r"y must have shape \(n_samples,\), got "),
        ([], r"y must have shape \(n_samples,\) with n_samples >= 1, got \(0,\)"),
    ],
)
def test_an_array_that_is_no_target_is_refused(values: list[Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        target_column(values)


LABELS = st.text(min_size=1).map(str.strip).filter(bool)


@given(
    st.one_of(
        st.lists(LABELS, min_size=2, max_size=20, unique=True),
        st.lists(st.integers(-(10**9), 10**9), min_size=2, max_size=20, unique=True),
    )
)
def test_encoding_then_decoding_classes_is_identity(values: list[Any]) -> None:
    target = fitted_as(values, "classification")
    indices = target.encode(target_column(values))
    assert indices.dtype == np.int64
    assert set(indices.tolist()) == set(range(len(target.classes)))
    names = target.decode(indices)
    assert names.tolist() == [str(value) for value in values]
    np.testing.assert_array_equal(target.encode(target_column(names)), indices)


def fitted_as(values: list[Any], kind: Kind) -> Target:
    return fit_target(target_column(values), kind)


@given(st.lists(st.floats(-1e100, 1e100), min_size=1, max_size=20))
def test_encoding_then_decoding_values_is_identity(values: list[Any]) -> None:
    target = fitted_as(values, "regression")
    encoded = target.encode(target_column(values))
    assert np.isfinite(encoded).all()
    span = np.abs(values).max()
    np.testing.assert_allclose(target.decode(encoded), values, rtol=1e-9, atol=1e-9 * span)


def test_classes_are_in_order_of_size_or_of_the_alphabet() -> None:
    assert fitted([10, 9, 2]).classes == ("2", "9", "10")
    assert fitted(["b", "a", "10"]).classes == ("10", "a", "b")
    assert fitted_as([0.5, -1.0, 1e20], "classification").classes == ("-1", "0.5", "1e+20")


def test_numbers_name_their_class_however_they_are_written() -> None:
    target = fitted([0, 1, 2])
    assert target.encode(target_column(["1", "1.0", " 2 ", "0e0"])).tolist() == [1, 1, 2, 0]
    assert target.encode(target_column([1.0, -0.0])).tolist() == [1, 0]


def test_codes_keep_their_zeros_and_are_found_as_numbers() -> None:
    target = fitted(["007", "012", "007"])
    assert target.classes == ("007", "012")
    assert target.encode(target_column(["012", "7", "12.0"])).tolist() == [1, 0, 1]
    assert target.encode(target_column([7, 12])).tolist() == [0, 1]
    with pytest.raises(DataError, match="must hold the classes '007', '012', got '8' in row 0"):
        target.encode(target_column([8]))


def test_whole_numbers_that_float64_takes_for_one_are_two_classes() -> None:
    values = [2**53, 2**53 + 1, -(2**53) - 1]
    target = fitted(values)
    assert target.classes == ("-9007199254740993", "9007199254740992", "9007199254740993")
    assert target.encode(target_column(values)).tolist() == [1, 2, 0]
    assert choose_kind(target_column(values, kind="regression"), "regression") == "regression"


def test_texts_of_numbers_are_values_of_a_regression() -> None:
    target = NumberTarget("y", 1.0, 2.0)
    assert target.encode(target_column(["3", "-1"])).tolist() == [1.0, -1.0]


def test_an_unknown_class_is_named_with_the_known_ones() -> None:
    with pytest.raises(DataError, match="must hold the classes 'a', 'b', got 'c' in row 1"):
        fitted(["a", "b"]).encode(target_column(["a", "c"]))
    with pytest.raises(DataError, match="must hold the classes '0', '1', got 'x' in row 0"):
        fitted([0, 1]).encode(target_column(["x"]))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (["1", "x"], "must hold numbers, got 'x' in row 1"),
        (["1", "inf"], "must hold finite numbers .* got inf in row 1"),
    ],
)
def test_what_is_no_value_of_a_regression_is_refused(values: list[Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        NumberTarget("y", 0.0, 1.0).encode(target_column(values))


@given(
    st.one_of(
        st.builds(ClassTarget, st.text(), st.lists(st.text()).map(tuple), st.booleans()),
        st.builds(
            NumberTarget,
            st.text(),
            st.floats(-1e100, 1e100),
            st.floats(0.0, 1e100, exclude_min=True),
        ),
    )
)
def test_json_gives_the_same_target_back(target: Target) -> None:
    assert target_from_json(json.loads(json.dumps(target.to_json(), allow_nan=False))) == target


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"name": "y"}, KeyError),
        ({"name": "y", "kind": "ranking"}, ValueError),
        ({"name": "y", "kind": "regression", "mean": 0.0, "scale": -1.0}, ValueError),
        ({"name": "y", "kind": "classification", "classes": [], "numeric": "no"}, TypeError),
    ],
)
def test_json_that_is_no_target_is_refused(values: dict[str, Any], error: type[Exception]) -> None:
    with pytest.raises(error):
        target_from_json(values)
