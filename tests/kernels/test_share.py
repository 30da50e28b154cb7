"""Sums in a fixed order, shares of at least 0, and offspring in proportion to them."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import reference

from spiral_monolith_neat_numpy.arrays import FloatArray
from spiral_monolith_neat_numpy.kernels.share import allot, shift, summed

SCORES = st.floats() | st.sampled_from([math.nan, math.inf, -math.inf, 0.0])


def run_shift(scores: FloatArray) -> FloatArray:
    shares = np.full(scores.size, np.nan)
    shift(scores, np.arange(scores.size), shares)
    return shares


@pytest.mark.parametrize("n", [0, 1, 2, 9, 300, 5003])
def test_a_sum_equals_its_twin_to_the_last_bit(n: int) -> None:
    rng = np.random.default_rng(n)
    values = rng.normal(size=n + 5) * 10.0 ** rng.integers(-9, 9, n + 5)
    found = summed(values, 2, 2 + n)
    assert found == reference.summed(values[2 : 2 + n].tolist())
    assert found == pytest.approx(math.fsum(values[2 : 2 + n]), rel=1e-15)


def test_a_sum_by_hand() -> None:
    assert summed(np.arange(200.0), 0, 200) == 19900.0
    # 1e16 takes in no 1.0; two of them together are not lost.
    assert summed(np.array([1e16, 1.0, 1.0]), 0, 3) == 1e16 + 2.0
    assert summed(np.array([1.0, 1e16, 1.0, -1e16]), 0, 4) == 2.0


@given(st.floats(1e-300, 1e300), st.integers(1, 2000))
def test_the_mean_of_equal_scores_is_that_score(score: float, n: int) -> None:
    assert summed(np.full(n, score), 0, n) / n == pytest.approx(score, rel=3e-16)


@given(st.lists(SCORES, min_size=1, max_size=12))
def test_shares_equal_those_of_the_twin(scores: list[float]) -> None:
    values = np.array(scores)
    found = run_shift(values)
    assert found.tolist() == reference.shift(values).tolist()
    assert ((found >= 0.0) & (found <= 2.0)).all()


@given(st.lists(st.floats(0.0, 1e300), min_size=1, max_size=8))
def test_scores_without_negative_ones_keep_their_proportions(scores: list[float]) -> None:
    scale = max(scores) or 1.0
    np.testing.assert_allclose(run_shift(np.array(scores)), np.array(scores) / scale)


def test_the_largest_floats_do_not_overflow() -> None:
    assert run_shift(np.array([-1.7e308, 0.0, 1.7e308])).tolist() == [0.0, 1.0, 2.0]


def test_shares_stand_in_the_order_of_the_members() -> None:
    shares = np.empty(3)
    shift(np.array([4.0, 1.0, 2.0]), np.array([2, 0, 1]), shares)
    assert shares.tolist() == [0.5, 1.0, 0.25]


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=7),
    st.integers(1, 60),
    st.integers(0, 12),
    st.data(),
)
def test_offspring_equal_those_of_the_twin(
    sizes: list[int], total: int, elitism: int, data: st.DataObject
) -> None:
    n = sum(sizes)
    scores = np.array(data.draw(st.lists(SCORES, min_size=n, max_size=n)))
    is_barred = data.draw(st.lists(st.booleans(), min_size=len(sizes), max_size=len(sizes)))
    members = np.array(data.draw(st.permutations(range(n))), dtype=np.int64)
    offset, offspring = np.cumsum([0, *sizes], dtype=np.int64), np.full(len(sizes), -9)
    last_improved = np.where(is_barred, 5, 6)
    allot(offset, members, last_improved, scores, total, 20, 15, elitism, offspring)
    listed = [own.tolist() for own in np.split(members, offset[1:-1])]
    assert offspring.tolist() == reference.allot(listed, scores, total, is_barred, elitism)


def test_offspring_by_hand() -> None:
    offset, members = np.array([0, 2, 3, 7]), np.arange(7)
    scores, offspring = np.array([0.0, 2.0, 2.0, 3.0, 3.0, 3.0, 3.0]), np.full(3, -9)
    allot(offset, members, np.zeros(3, np.int64), scores, 61, 0, 15, 5, offspring)
    # Means 1, 2 and 3: 10.17, 20.33 and 30.5 places; the largest remainder gets the last one.
    assert offspring.tolist() == [10, 20, 31]
