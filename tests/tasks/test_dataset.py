"""Data sets and splits: what is refused, and that a split loses and leaks nothing."""

import math
from dataclasses import FrozenInstanceError
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.errors import DataError
from spiral_monolith_neat_numpy.tasks.dataset import Dataset, split_dataset, split_rows


def make_dataset(n: int = 12, **changes: Any) -> Dataset:
    fields: dict[str, Any] = {
        "X": np.arange(2.0 * n).reshape(n, 2),
        "y": np.arange(n) % 2,
        "feature_names": ("x0", "x1"),
        "target_name": "class",
        "class_names": ("no", "yes"),
        "kind": "classification",
    }
    return Dataset(**{**fields, **changes})


def test_arrays_are_normalised_and_counted() -> None:
    dataset = make_dataset(X=[[1, 2], [3, 4]], y=[1, 0])
    assert dataset.X.dtype == np.float64
    assert dataset.y.dtype == np.int64
    assert (dataset.n_samples, dataset.n_features, dataset.n_classes) == (2, 2, 2)


def test_a_regression_has_float_values_and_no_classes() -> None:
    dataset = make_dataset(y=np.arange(12), class_names=(), kind="regression")
    assert dataset.y.dtype == np.float64
    assert dataset.n_classes == 0


def test_a_data_set_is_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        make_dataset().kind = "regression"  # type: ignore[misc]


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_refused_with_its_place(bad: float) -> None:
    X = np.zeros((12, 2))
    X[3, 1] = bad
    with pytest.raises(DataError, match=rf"X must hold finite numbers, got {bad} at .*3, 1"):
        make_dataset(X=X)
    y = np.zeros(12)
    y[5] = bad
    with pytest.raises(DataError, match=rf"y must hold finite numbers, got {bad} at .*5"):
        make_dataset(y=y, class_names=(), kind="regression")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"y": np.array([0, 1, 0])}, r"y must have shape \(12,\) to match X, got \(3,\)"),
        ({"y": np.ones(12, int)}, "y must hold at least two classes, got only 'yes' in all 12"),
        ({"y": np.arange(12)}, "y must hold class indices from 0 to 1, got 2 at index 2"),
        ({"y": np.linspace(0, 1, 12)}, "y must hold whole-number class indices, got dtype float"),
        ({"X": np.zeros((0, 2))}, r"X must have shape \(n_samples, n_features\) .* got \(0, 2\)"),
        ({"X": np.zeros(12)}, r"X must have shape"),
        ({"feature_names": ("x0",)}, "feature_names must hold 2 names to match X, got 1"),
        ({"kind": "ranking"}, "kind must be one of 'classification', 'regression', got 'ranking'"),
        ({"kind": "regression"}, "class_names must be empty for regression"),
        (
            {"kind": "regression", "class_names": (), "y": np.array(["a"] * 12)},
            "y must hold numbers, got dtype <U1",
        ),
    ],
)
def test_a_field_that_does_not_fit_is_named(changes: dict[str, Any], message: str) -> None:
    with pytest.raises(DataError, match=message):
        make_dataset(**changes)


@given(data=st.data())
def test_a_split_has_every_row_once_and_each_class_in_its_share(data: st.DataObject) -> None:
    counts = data.draw(st.lists(st.integers(3, 60), min_size=1, max_size=5))
    fractions = data.draw(st.sampled_from([(0.6, 0.2, 0.2), (0.5, 0.5), (0.8, 0.1, 0.05, 0.05)]))
    counts = [max(count, len(fractions)) for count in counts]
    strata = np.repeat(np.arange(len(counts)), counts)
    seed = data.draw(st.integers(0, 2**64 - 1))
    parts = split_rows(strata, seed, fractions)
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(strata.size))
    for part, share in zip(parts, fractions, strict=True):
        found = np.bincount(strata[part], minlength=len(counts))
        assert (found >= 1).all()
        quota = np.array(counts) * share
        # Small strata bend further, to give every part a row.
        bound = np.where(np.array(counts) * min(fractions) >= 1.0, 1.0, len(fractions))
        assert (np.abs(found - quota) < bound).all()
    again = split_rows(strata, seed, fractions)
    assert all(np.array_equal(a, b) for a, b in zip(parts, again, strict=True))


def test_large_classes_are_split_to_the_rounding() -> None:
    strata = np.repeat([0, 1], [100, 37])
    train, validation, test = split_rows(strata, 0, (0.6, 0.2, 0.2))
    assert np.bincount(strata[train]).tolist() == [60, 22]
    assert sorted([np.sum(strata[validation]), np.sum(strata[test])]) == [7, 8]


def test_another_seed_splits_otherwise() -> None:
    one, other = (split_rows(np.zeros(50), seed, (0.5, 0.5))[0] for seed in (0, 1))
    assert not np.array_equal(np.sort(one), np.sort(other))


def test_the_split_of_a_data_set_keeps_rows_and_targets_together() -> None:
    dataset = make_dataset(40)
    split = split_dataset(dataset, seed=7)
    sizes = [part.n_samples for part in (split.train, split.validation, split.test)]
    assert sizes == [24, 8, 8]
    for part in (split.train, split.validation, split.test):
        np.testing.assert_array_equal(part.y, (part.X[:, 0] // 2) % 2)
        assert part.class_names == dataset.class_names


def test_a_regression_is_split_at_random() -> None:
    dataset = make_dataset(40, y=np.arange(40.0), class_names=(), kind="regression")
    split = split_dataset(dataset, seed=7)
    assert sorted([*split.train.y, *split.validation.y, *split.test.y]) == list(range(40))


def test_a_class_with_too_few_rows_is_named() -> None:
    dataset = make_dataset(y=np.array([0] * 10 + [1] * 2))
    with pytest.raises(DataError, match=r"class 'yes' must have at least 3 rows, .* got 2"):
        split_dataset(dataset, seed=0)


def test_too_few_rows_for_a_random_split_are_said_so() -> None:
    with pytest.raises(DataError, match=r"the data must have at least 3 rows, .* got 2"):
        split_rows(np.zeros(2), 0, (0.6, 0.2, 0.2))


@pytest.mark.parametrize(
    ("fractions", "message"),
    [
        ((0.6, 0.2, 0.1), r"fractions must be two or more shares with sum 1, got \(0.6"),
        ((1.0,), r"fractions must be two or more shares with sum 1, got \(1.0,\)"),
        ((1.0, 0.0), r"fractions must be in \(0, 1\], got 0.0"),
        ((0.5, math.nan), r"fractions must be in \(0, 1\], got nan"),
    ],
)
def test_fractions_must_be_shares(fractions: tuple[float, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        split_rows(np.zeros(20), 0, fractions)


def test_a_data_set_is_split_in_three() -> None:
    with pytest.raises(DataError, match=r"fractions must be three, .* got 2"):
        split_dataset(make_dataset(), 0, (0.5, 0.5))  # type: ignore[arg-type]
