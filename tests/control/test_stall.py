"""A stall is a number of generations without a gain that counts."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.control.stall import StallWatch

scores = st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=30)


def waits(found: list[float], gain: float = 0.0) -> list[int]:
    watch = StallWatch()
    return [watch.update(best, generation, gain) for generation, best in enumerate(found)]


def test_a_gain_is_measured_from_the_last_gain() -> None:
    assert waits([100.0, 100.9, 101.5, 102.0, 103.0], gain=0.01) == [0, 1, 0, 1, 0]


def test_negative_scores_gain_by_a_share_of_their_size() -> None:
    assert waits([-100.0, -99.5, -98.0], gain=0.01) == [0, 1, 0]


@given(scores)
def test_without_a_share_every_new_best_is_a_gain(found: list[float]) -> None:
    for generation, waited in enumerate(waits(found)):
        since = generation - waited
        assert found[since] == max(found[: generation + 1])
        assert found.index(found[since]) == since


def test_generations_without_a_score_wait() -> None:
    assert waits([-math.inf, -math.inf, 1.0, math.nan, 1.0]) == [0, 1, 0, 1, 2]


def test_what_is_forgotten_is_no_longer_compared_with() -> None:
    watch = StallWatch()
    watch.update(5.0, 0, 0.0)
    watch.forget(3)
    assert (watch.best, watch.since) == (-math.inf, 3)
    assert watch.update(1.0, 3, 0.0) == 0
    assert (watch.best, watch.since) == (1.0, 3)


def test_wrong_values_are_refused() -> None:
    with pytest.raises(ValueError, match="gain must be >= 0, got -1"):
        StallWatch().update(1.0, 0, -1.0)
    with pytest.raises(ValueError, match="generation must be >= 0, got -1"):
        StallWatch().update(1.0, -1, 0.0)
