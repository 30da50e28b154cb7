"""The best come first, of equals the earlier one, and NaN is the worst."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import reference

from spiral_monolith_neat_numpy.kernels.ranking import rank_best, worth

SCORES = st.sampled_from([math.nan, -math.inf, -1.0, -0.0, 0.0, 2.0, math.inf]) | st.floats()


def run(scores: list[float], candidates: list[int], k: int) -> list[int]:
    best = np.full(k, -9)
    rank_best(np.array(scores, dtype=np.float64), np.array(candidates, dtype=np.int64), best)
    return best.tolist()


@given(st.lists(SCORES, max_size=40), st.data())
def test_the_best_equal_those_of_the_twin(scores: list[float], data: st.DataObject) -> None:
    places = data.draw(st.permutations(range(len(scores))))
    candidates = places[: data.draw(st.integers(0, len(places)))]
    k = data.draw(st.integers(0, len(candidates)))
    assert run(scores, candidates, k) == reference.best_first(scores, candidates)[:k]


@pytest.mark.parametrize("k", [1, 70, 300])
def test_many_are_ranked_as_few(k: int) -> None:
    scores = np.random.default_rng(k).integers(0, 50, 300).astype(np.float64).tolist()
    assert run(scores, list(range(300)), k) == reference.best_first(scores, range(300))[:k]


def test_a_ranking_by_hand() -> None:
    scores = [3.0, math.nan, 7.0, 7.0, -math.inf, 9.0]
    assert run(scores, [4, 1, 3, 2, 0], 5) == [2, 3, 0, 1, 4]
    assert run(scores, [4, 1, 3, 2, 0], 2) == [2, 3]


def test_a_score_that_is_not_a_number_is_worth_as_much_as_the_worst() -> None:
    assert [worth(score) for score in (math.nan, -math.inf, 2.5, math.inf)] == [
        reference.worth(score) for score in (math.nan, -math.inf, 2.5, math.inf)
    ]
    assert worth(math.nan) == -math.inf
