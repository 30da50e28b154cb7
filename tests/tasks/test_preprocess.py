"""The preprocessor: fitted on training rows, exact through JSON, matched by name."""

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.errors import DataError
from spiral_monolith_neat_numpy.tasks.columns import Column, columns_from_array
from spiral_monolith_neat_numpy.tasks.preprocess import Preprocessor
from spiral_monolith_neat_numpy.tasks.table import Table

HEADER = ["size", "colour", "fixed", "kind"]
ROWS = [
    ["1", "red", "7", "a"],
    ["2", "blue", "7", "b"],
    ["3", "red", "7", "a"],
    ["6", "green", "7", "b"],
]


def table(rows: Sequence[Sequence[object]] = ROWS, header: Sequence[str] = HEADER) -> Table:
    return Table.from_rows(header, rows, source="data.csv")


@pytest.fixture(name="fitted")
def fixture_fitted() -> Preprocessor:
    goal = Column("kind", np.array([row[3] for row in ROWS], dtype=object))
    return Preprocessor.fit(table(), goal)


def test_a_table_becomes_a_matrix(fitted: Preprocessor) -> None:
    assert fitted.columns == ("size", "colour", "fixed")
    assert fitted.dropped == ("fixed",)
    assert fitted.feature_names == ("size", "colour=blue", "colour=green", "colour=red")
    assert fitted.n_inputs == 4
    assert fitted.kind == "classification"
    assert fitted.class_names == ("a", "b")
    deviation = math.sqrt(3.5)
    expected = [[-2, 0, 0, 1], [-1, 1, 0, 0], [0, 0, 0, 1], [3, 0, 1, 0]]
    X = fitted.transform(table())
    np.testing.assert_allclose(X, np.array(expected) / [deviation, 1, 1, 1])
    assert X.flags.c_contiguous


def test_columns_are_found_by_name_and_others_passed_over(fitted: Preprocessor) -> None:
    # "kind" and "fixed" are not there, "other" is, and the order is another one.
    shuffled = table([["red", "?", "1"], ["green", "x", "6"]], ["colour", "other", "size"])
    np.testing.assert_array_equal(fitted.transform(shuffled), fitted.transform(table())[[0, 3]])


def test_columns_that_are_missing_are_listed(fitted: Preprocessor) -> None:
    message = "data.csv must have the columns .* missing 'size', 'colour', found 'x', 'y'"
    with pytest.raises(DataError, match=message):
        fitted.transform(table([[1, 2]], ["x", "y"]))
    with pytest.raises(
        DataError, match=r"the data must have the columns .* missing 'colour', found"
    ):
        fitted.transform([Column("size", np.array([1.0]))])


def test_text_in_a_column_of_numbers_is_named_with_its_line(fitted: Preprocessor) -> None:
    with pytest.raises(
        DataError, match=r"'size' of data\.csv must hold numbers, got 'big' in line 2"
    ):
        fitted.transform(table([["1", "red"], ["big", "red"]], ["size", "colour"]))


def test_the_target_of_a_table_is_encoded_when_it_is_there(fitted: Preprocessor) -> None:
    y = fitted.table_target(table())
    assert y is not None
    assert y.tolist() == [0, 1, 0, 1]
    assert fitted.table_target(table([[1, "red"]], ["size", "colour"])) is None
    with pytest.raises(DataError, match=r"'kind' of data\.csv must hold the classes .* in line 1"):
        fitted.table_target(table([["z"]], ["kind"]))
    with pytest.raises(DataError, match=r"'kind' of data\.csv must have no missing values"):
        fitted.table_target(table([["NA"]], ["kind"]))


def test_statistics_come_from_the_training_rows_alone() -> None:
    X = np.array([[0.0], [2.0], [1000.0]])
    prep = Preprocessor.fit(X[:2], [0, 1])
    assert prep.transform(X).ravel().tolist() == [-1.0, 1.0, 999.0]


def test_plain_arrays_and_lists_of_rows_work_alike() -> None:
    X = np.array([[1.0, 5.0, 0.0], [2.0, 5.0, 1.0], [4.0, 5.0, 0.5]])
    prep = Preprocessor.fit(X, ["no", "yes", "no"])
    assert prep.columns == ("x0", "x1", "x2")
    assert prep.feature_names == ("x0", "x2")
    np.testing.assert_array_equal(prep.transform(X), prep.transform(X.tolist()))
    np.testing.assert_array_equal(prep.transform(X), prep.transform(columns_from_array(X)))
    with pytest.raises(DataError, match="X must have the 3 columns 'x0', 'x1', 'x2', got 2 col"):
        prep.transform(X[:, :2])


def test_without_scaling_an_array_passes_unchanged() -> None:
    X = np.random.default_rng(0).normal(3.0, 2.0, (20, 2))
    prep = Preprocessor.fit(X, np.arange(20) % 2, scale=False)
    np.testing.assert_array_equal(prep.transform(X), X)


def test_missing_values_are_filled_by_the_training_part() -> None:
    X = np.array([[1.0], [math.nan], [3.0], [8.0]])
    prep = Preprocessor.fit(X, [0, 1, 0, 1], impute="median", scale=False)
    assert prep.transform([[math.nan]]).tolist() == [[3.0]]


def test_a_regression_scales_its_target() -> None:
    prep = Preprocessor.fit([[0.0], [1.0], [2.0]], [10.5, 20.5, 30.5])
    assert prep.kind == "regression"
    encoded = prep.encode_target([20.5, 30.5])
    assert encoded.tolist() == pytest.approx([0.0, math.sqrt(1.5)])
    assert prep.decode_target(encoded).tolist() == pytest.approx([20.5, 30.5])


def test_a_data_set_is_the_encoded_rows_and_target(fitted: Preprocessor) -> None:
    dataset = fitted.dataset(table(), ["a", "b", "a", "b"])
    np.testing.assert_array_equal(dataset.X, fitted.transform(table()))
    assert dataset.y.tolist() == [0, 1, 0, 1]
    assert dataset.feature_names == fitted.feature_names
    assert (dataset.target_name, dataset.class_names) == ("kind", ("a", "b"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([[0.0], [1.0]], [0, 1, 0]), "'target' of y must have 2 values to match column 'x0'"),
        (([[5.0], [5.0]], [0, 1]), "a feature that varies .* got constant ones only: 'x0'"),
        (([[1.0], [math.nan]], [0, 1]), "no missing values, got 1, the first in row 1; impute="),
        (([[0.0], [1.0]], [1, 1]), "must hold at least two classes"),
        (([Column("a", np.arange(2.0))] * 2, [0, 1]), "columns with different names, got 'a', 'a'"),
    ],
)
def test_rows_that_cannot_be_fitted_are_refused(arguments: tuple[Any, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        Preprocessor.fit(*arguments)


def test_an_unknown_way_to_impute_is_refused() -> None:
    with pytest.raises(DataError, match="impute must be one of 'median', got 'mean'"):
        Preprocessor.fit([[0.0], [1.0]], [0, 1], impute="mean")


@given(data=st.data())
def test_json_gives_the_same_preprocessor_back(data: st.DataObject) -> None:
    n = data.draw(st.integers(2, 8))
    floats = st.lists(st.floats(-1e100, 1e100), min_size=n, max_size=n)
    words = st.lists(st.text(min_size=1, max_size=3), min_size=n, max_size=n)
    rows = [Column("n", np.arange(float(n)))]
    rows.append(Column("m", np.array(data.draw(floats))))
    rows.append(Column("w", np.array(data.draw(words), dtype=object)))
    goal = np.arange(n) % 2 if data.draw(st.booleans()) else np.arange(n) + 0.5
    prep = Preprocessor.fit(rows, goal, impute=data.draw(st.sampled_from([None, "median"])))
    again = Preprocessor.from_json(json.loads(json.dumps(prep.to_json(), allow_nan=False)))
    assert again == prep
    np.testing.assert_array_equal(again.transform(rows), prep.transform(rows))


@pytest.mark.parametrize(
    "damage",
    [
        lambda values: values.pop("encoders"),
        lambda values: values.pop("target"),
        lambda values: values.update(columns=["other"]),
        lambda values: values.update(encoders=3),
        lambda values: values["encoders"][0].pop("scale"),
        lambda values: values["target"].update(kind="ranking"),
    ],
)
def test_damaged_json_is_one_clear_error(
    fitted: Preprocessor, damage: Callable[[dict[str, Any]], object]
) -> None:
    values = json.loads(json.dumps(fitted.to_json()))
    damage(values)
    with pytest.raises(DataError, match="values must describe a preprocessor, got"):
        Preprocessor.from_json(values)
    with pytest.raises(DataError, match="values must describe a preprocessor, got TypeError"):
        Preprocessor.from_json(None)  # type: ignore[arg-type]
