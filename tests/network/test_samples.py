"""Rows and labels become padded samples; what does not fit is refused by name."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import ArrayLike

from spiral_monolith_neat_numpy.kernels.registers import LANES
from spiral_monolith_neat_numpy.network.samples import choose_head, pack_samples

ROWS = np.arange(6.0).reshape(3, 2)


@pytest.mark.parametrize(
    ("y", "n_outputs", "head"),
    [
        ([0, 1, 1], 1, "logistic"),
        ([0.0, 1.0, 0.0], 1, "logistic"),
        ([True, False, True], 1, "logistic"),
        (np.array([1, 0], dtype=np.int8), 1, "logistic"),
        ([0, 0, 0], 2, "softmax"),
        ([0, 1, 2], 3, "softmax"),
        ([0, 1, 2], 1, "identity"),
        ([0.0, 0.5], 1, "identity"),
        ([-1, 1], 1, "identity"),
        ([[0], [1]], 1, "identity"),
        ([[0.1, 2.0]], 2, "identity"),
        ([[0, 1], [1, 0]], 2, "identity"),
    ],
)
def test_head_fits_the_targets(y: ArrayLike, n_outputs: int, head: str) -> None:
    assert choose_head(y, n_outputs) == head


@pytest.mark.parametrize("head", ["logistic", "identity", "softmax"])
def test_a_head_that_was_asked_for_is_taken(head: str) -> None:
    assert choose_head([0.5, 7.0], 3, head) == head


@pytest.mark.parametrize(
    ("y", "n_outputs", "wanted", "message"),
    [
        ([0, 1], 1, "tanh", "head must be one of 'auto', 'softmax', .*, got 'tanh'"),
        ([0, 1], 1, "softmax", "head 'softmax' needs a network with at least 2 outputs, got 1"),
        ([0, 1, 2, 3], 3, "auto", r"class labels 0 \.\. 2 for 3 outputs, got values from 0 to 3"),
        ([0.5, 1.0], 2, "auto", r"class labels 0 \.\. 1 for 2 outputs, got values from 0.5 to 1"),
        (["a", "b"], 2, "auto", "y must be an array of numbers, got one of <U1"),
        ([0, np.nan], 1, "auto", r"y must hold finite numbers, got nan at index \(1,\)"),
        ([[0], [1, 2]], 1, "auto", "y must be an array of numbers"),
    ],
)
def test_targets_that_fit_no_head_are_refused(
    y: ArrayLike, n_outputs: int, wanted: str, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        choose_head(y, n_outputs, wanted)


@given(st.integers(1, 70), st.integers(1, 3), st.integers(1, 4))
def test_samples_lie_along_the_last_axis_in_whole_blocks(n: int, n_in: int, n_out: int) -> None:
    rng = np.random.default_rng(n)
    X, y = rng.normal(size=(n, n_in)), rng.normal(size=(n, n_out))
    packed = pack_samples(X, y, n_out, "identity")
    width = packed.weight.size
    assert width % LANES == 0
    assert n <= width < n + LANES
    assert packed.features.shape == (n_in, width)
    assert packed.targets.shape == (n_out, width)
    assert np.array_equal(packed.features[:, :n], X.T.astype(np.float32))
    assert np.array_equal(packed.targets[:, :n], y.T.astype(np.float32))
    assert np.array_equal(packed.weight[:n], np.full(n, np.float32(1.0 / n)))
    assert not packed.weight[n:].any()


def test_padding_repeats_the_last_sample() -> None:
    packed = pack_samples(ROWS, [0, 1, 1], 2, "softmax")
    assert (packed.features[:, 3:] == ROWS[2][:, None]).all()
    assert (packed.targets[:, 3:] == [[0.0], [1.0]]).all()


def test_labels_become_one_column_each() -> None:
    packed = pack_samples(ROWS, [2, 0, 1], 3, "softmax")
    assert packed.targets[:, :3].T.tolist() == [[0, 0, 1], [1, 0, 0], [0, 1, 0]]
    single = pack_samples(ROWS, [True, False, True], 1, "logistic")
    assert single.targets[0, :3].tolist() == [1.0, 0.0, 1.0]


def test_several_logistic_outputs_take_a_column_each() -> None:
    y = [[0.0, 1.0], [1.0, 0.25], [1.0, 1.0]]
    packed = pack_samples(ROWS, y, 2, "logistic")
    assert packed.targets[:, :3].T.tolist() == y


@given(st.lists(st.floats(0.0, 1e308), min_size=3, max_size=3).filter(any))
def test_weights_sum_to_one_and_keep_their_ratios(weights: list[float]) -> None:
    packed = pack_samples(ROWS, [1.0, 2.0, 3.0], 1, "identity", weights)
    shares = np.array(weights) / max(weights)
    shares = (shares / shares.sum()).astype(np.float32)
    kept = shares > 0.0
    n = int(kept.sum())
    assert packed.weight.sum() == pytest.approx(1.0, rel=1e-5)
    np.testing.assert_allclose(packed.weight[:n], shares[kept], rtol=1e-6)
    assert np.array_equal(packed.features[:, :n], ROWS[kept].T)
    assert packed.targets[0, :n].tolist() == (np.flatnonzero(kept) + 1.0).tolist()


def test_samples_without_weight_are_left_out_whatever_they_hold() -> None:
    X = ROWS.copy()
    X[1] = 3e38
    packed = pack_samples(X, [0, 1, 1], 1, "logistic", [1, 0, 1])
    assert packed.features.max() == ROWS.max()
    assert np.count_nonzero(packed.weight) == 2


def test_arrays_are_new_and_what_kernels_take() -> None:
    X = np.asfortranarray(np.ones((LANES, 2), dtype=np.float32))
    for array in pack_samples(X, np.zeros(LANES), 1, "identity"):
        assert array.dtype == np.float32
        assert array.flags.carray
        assert not np.shares_memory(array, X)


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"X": ROWS[0]}, r"X must have shape \(n_samples, n_features\) .*, got \(2,\)"),
    ({"X": ROWS[:0]}, r"X must have shape .*, got \(0, 2\)"),
    ({"X": ROWS + np.inf}, "X must hold finite numbers, got inf"),
    ({"X": ROWS * 1e39}, r"X must hold numbers that fit a float32, at most 3\.4e38 .*, got 5e\+39"),
    ({"y": [0, 1]}, r"y must have one row for each of the 3 rows, got \(2,\)"),
    ({"y": 1}, r"y must have one row for each of the 3 rows, got \(\)"),
    ({"y": [[[0]], [[1]], [[1]]]}, r"y must have one row for each of the 3 rows, got \(3, 1, 1\)"),
    ({"y": ["a", "b", "c"]}, "y must be an array of numbers"),
    ({"y": [0, np.inf, 1]}, r"y must hold finite numbers, got inf at index \(1,\)"),
    ({"y": [0, 1, 2]}, r"y must hold class labels 0 \.\. 1, got 2"),
    ({"y": [0, 1, 0.5]}, r"y must hold class labels 0 \.\. 1, got 0\.5"),
    ({"y": [0, 1, -1]}, r"y must hold class labels 0 \.\. 1, got -1"),
    ({"y": [[0], [1], [1]]}, r"y must hold class labels 0 \.\. 1, got shape \(3, 1\)"),
    ({"y": [[0], [1], [2]], "head": "logistic"}, "y must have 2 columns, got 1"),
    (
        {"y": [[0, 1], [1, 1], [0, 2]], "head": "logistic"},
        "y must hold probabilities from 0 to 1 for a logistic head, got values from 0 to 2",
    ),
    ({"y": [0, 1, 1], "head": "identity"}, "y must have 2 columns, got 1"),
    ({"y": [[1e39, 0]] * 3, "head": "identity"}, "y must hold numbers that fit a float32"),
    (
        {"y": [[-2e19, 0]] * 3, "head": "identity"},
        r"y must hold values of at most 1e\+19 in size, whose squared errors fit .*, got 2e\+19",
    ),
    ({"sample_weight": [1, 1]}, r"sample_weight must have shape \(3,\), got \(2,\)"),
    ({"sample_weight": [1, np.nan, 1]}, "sample_weight must hold finite numbers, got nan"),
    ({"sample_weight": [1, -1, 1]}, "sample_weight must be >= 0 .*, got minimum -1"),
    ({"sample_weight": [0, 0, 0]}, "with a positive sum, got minimum 0 and maximum 0"),
    ({"sample_weight": "heavy"}, "sample_weight must be an array of numbers"),
]


@pytest.mark.parametrize(("change", "message"), REFUSED)
def test_what_does_not_fit_is_refused_by_name(change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {
        "X": ROWS,
        "y": [0, 1, 1],
        "n_outputs": 2,
        "head": "softmax",
    } | change
    with pytest.raises(ValueError, match=message):
        pack_samples(**arguments)


def test_messages_use_the_names_given() -> None:
    with pytest.raises(ValueError, match="Xva must have shape"):
        pack_samples([1.0], [0], 2, "softmax", names=("Xva", "yva"))
    with pytest.raises(ValueError, match="yva must hold class labels"):
        pack_samples([[1.0]], [5], 2, "softmax", names=("Xva", "yva"))
    with pytest.raises(ValueError, match="yva must hold class labels"):
        choose_head([5], 2, name="yva")
