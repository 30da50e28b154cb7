"""Columns: what is a number, a category, missing, or an error."""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.errors import DataError
from spiral_monolith_neat_numpy.tasks.columns import (
    Column,
    check_magnitude,
    check_present,
    columns_from_array,
    infer_column,
    is_missing,
    most_frequent,
    number_column,
    parse_number,
    text_column,
)
from spiral_monolith_neat_numpy.tasks.table import Table


def table_of(cells: Sequence[str]) -> Table:
    return Table.from_rows(["a"], [[cell] for cell in cells], source="data.csv")


@pytest.mark.parametrize(
    "cell", ["", "NA", "N/A", "?", "NaN", "nan", "NAN", "-nan", "null", "NULL"]
)
def test_missing_values_are_known(cell: str) -> None:
    assert is_missing(cell)


@pytest.mark.parametrize("cell", ["0", "Na", "none", "None", "-", "inf", "n"])
def test_other_texts_are_not_missing(cell: str) -> None:
    assert not is_missing(cell)


@pytest.mark.parametrize("cell", ["1_000", "1,5", "0x10", "", "one", "--1"])
def test_what_is_not_a_number_is_none(cell: str) -> None:
    assert parse_number(cell) is None


@given(st.lists(st.floats(-1e100, 1e100), min_size=1, max_size=20))
def test_numbers_are_read_exactly(values: list[Any]) -> None:
    column = infer_column(table_of([repr(value) for value in values]), "a")
    assert column.is_number
    np.testing.assert_array_equal(column.values, values)


def test_missing_numbers_are_nan_and_missing_texts_are_empty() -> None:
    numbers = infer_column(table_of(["1", "NA", "3"]), "a")
    np.testing.assert_array_equal(numbers.values, [1.0, math.nan, 3.0])
    assert numbers.missing.tolist() == [False, True, False]
    texts = infer_column(table_of(["x", "?", "y"]), "a")
    assert texts.values.tolist() == ["x", "", "y"]
    assert texts.missing.tolist() == [False, True, False]


def test_text_in_a_column_of_numbers_is_named_with_its_line() -> None:
    with pytest.raises(
        DataError, match=r"column 'a' of data\.csv must hold numbers, got 'oops' in line 4$"
    ):
        infer_column(table_of([*"123", "oops", *"45678901"]), "a")
    with pytest.raises(DataError, match=r"got 'x' in line 1 \(and 1 more such cells\)"):
        number_column(table_of(["x", "1", "NA", "y"]), "a")


@pytest.mark.parametrize(("n_numbers", "is_number"), [(9, False), (10, True)])
def test_the_rule_of_nine_tenths(
    n_numbers: int, is_number: bool, caplog: pytest.LogCaptureFixture
) -> None:
    cells = [str(i) for i in range(n_numbers)] + ["text"]
    if is_number:
        with pytest.raises(DataError, match="must hold numbers, got 'text'"):
            infer_column(table_of(cells), "a")
    else:
        assert not infer_column(table_of(cells), "a").is_number
        assert caplog.messages == [
            "column 'a' of data.csv has numbers and text, taken as categories"
        ]


def test_text_among_fractions_is_an_error_and_among_whole_numbers_a_category() -> None:
    with pytest.raises(DataError, match="must hold numbers, got 'more' in line 3"):
        infer_column(table_of(["1", "2.5", "more"]), "a")
    assert not infer_column(table_of(["1", "2.5", "x", "y"]), "a").is_number
    assert not infer_column(table_of(["2", "4", "more"]), "a").is_number


def test_texts_alone_are_not_warned_about(caplog: pytest.LogCaptureFixture) -> None:
    infer_column(table_of(["x", "y"]), "a")
    assert not caplog.messages


@pytest.mark.parametrize("cell", ["inf", "-Infinity", "1e999", "1e101"])
def test_infinite_and_huge_numbers_are_refused_with_their_line(cell: str) -> None:
    with pytest.raises(DataError, match=r"must hold finite numbers of .* got -?(inf|1e.101) in"):
        infer_column(table_of(["1", cell, "2"]), "a")


def test_a_column_without_values_is_refused() -> None:
    with pytest.raises(DataError, match=r"column 'a' of data\.csv must hold values, all are"):
        infer_column(table_of(["NA", "?"]), "a")


def test_decimal_commas_are_refused() -> None:
    with pytest.raises(DataError, match="must have decimal points, not commas, got '1,5' in line"):
        infer_column(table_of(["2", "1,5", "-2,25"]), "a")


def test_an_identifier_is_refused() -> None:
    with pytest.raises(DataError, match="at most 100 categories, got 101 different texts such as"):
        infer_column(table_of([f"id{i}" for i in range(101)]), "a")
    assert infer_column(table_of([f"id{i}" for i in range(100)]), "a").values.size == 100


def test_arrays_become_columns_named_by_position() -> None:
    columns = columns_from_array([[1, 2], [3, 4]])
    assert [column.name for column in columns] == ["x0", "x1"]
    assert columns[1].values.tolist() == [2.0, 4.0]


@pytest.mark.parametrize(
    ("X", "names", "message"),
    [
        (np.zeros(3), None, r"X must hold numbers in shape .* got dtype float64 and shape \(3,\)"),
        (np.zeros((0, 2)), None, r"shape \(0, 2\)"),
        (np.array([["a"]]), None, "got dtype <U1"),
        ([[1.0], [1.0, 2.0]], None, r"X must have shape \(n_samples, n_features\), got"),
        (np.zeros((2, 3)), ["p", "q"], "X must have the 2 columns 'p', 'q', got 3 columns"),
        (np.array([[1.0], [np.inf]]), None, "column 'x0' of X must hold finite .* inf in row 1"),
    ],
)
def test_an_array_that_does_not_fit_is_named(X: Any, names: list[str] | None, message: str) -> None:
    with pytest.raises(DataError, match=message):
        columns_from_array(X, names)


def test_taking_rows_keeps_their_lines() -> None:
    column = text_column(table_of(["x", "y", "z"]), "a").take(np.array([2, 0]))
    assert column.values.tolist() == ["z", "x"]
    assert [column.place(0), column.place(1)] == ["line 3", "line 1"]


def test_missing_values_are_counted_and_the_first_is_placed() -> None:
    column = Column("a", np.array([1.0, math.nan, math.nan]))
    with pytest.raises(
        DataError,
        match="column 'a' of the data must have no missing values, got 2, the first in row 1; why",
    ):
        check_present(column, "why")


def test_numbers_up_to_the_limit_pass() -> None:
    check_magnitude(Column("a", np.array([1e100, -1e100, math.nan])))


def test_the_most_frequent_text_is_the_first_in_order_of_equals() -> None:
    assert most_frequent(["b", "a", "c", "b", "a"]) == "a"
    assert most_frequent(["b", "a", "b"]) == "b"
