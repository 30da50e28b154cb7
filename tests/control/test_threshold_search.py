"""The search for a threshold: near the target where a plant lets it, within limits, soon over."""

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.control import ThresholdSearch


def sought(
    search: ThresholdSearch, plant: Callable[[float], int], target: float
) -> list[tuple[float, int]]:
    """Return the thresholds that were tried, and the counts under them."""
    tried = []
    while not search.is_over:
        count = plant(search.threshold)
        tried.append((search.threshold, count))
        search.update(count, target)
    return tried


def test_steps_by_hand() -> None:
    search = ThresholdSearch(threshold=3.0)
    found = []
    for count in (12, 2, 11, 6):
        search.update(count, 6.0)
        found.append((search.threshold, search.is_best, search.is_over))
    high = 3.0 * 2.0**0.6
    middle = math.sqrt(3.0 * high)
    higher = math.sqrt(middle * high)
    assert [is_best for _, is_best, _ in found] == [True, True, False, True]
    assert [is_over for _, _, is_over in found] == [False, False, False, True]
    # Too few under ``high``: back to the middle. Too many there: up again.
    assert [one for one, _, _ in found] == pytest.approx([high, middle, higher, higher])


def test_a_count_on_target_ends_it_where_it_is() -> None:
    search = ThresholdSearch(threshold=1.7)
    assert search.update(6, 6.3) == 1.7
    assert search.is_over
    assert search.is_best


@given(
    start=st.floats(0.3, 50.0),
    species=st.floats(1.0, 400.0),
    power=st.floats(0.3, 3.0),
    target=st.floats(1.0, 60.0),
)
def test_a_smooth_plant_is_brought_as_near_as_it_can_be(
    start: float, species: float, power: float, target: float
) -> None:
    def plant(threshold: float) -> int:
        return max(1, round(species * math.exp(-power * math.log(threshold))))

    search = ThresholdSearch(start, tries=60)
    tried = sought(search, plant, target)
    found = plant(search.threshold)
    reachable = min(max(target, plant(50.0)), plant(0.3))
    assert abs(found - reachable) <= max(1.0, 0.05 * target)
    errors = [abs(count - target) for _, count in tried]
    assert abs(found - target) == min(errors)


@given(
    counts=st.lists(st.integers(1, 1000), min_size=1, max_size=50),
    target=st.floats(0.1, 500.0),
    tries=st.integers(1, 20),
    start=st.floats(0.3, 50.0),
)
def test_whatever_is_measured_it_ends_with_the_best_that_was_tried(
    counts: list[int], target: float, tries: int, start: float
) -> None:
    answers = iter(counts * 20)
    search = ThresholdSearch(start, tries=tries)
    tried = sought(search, lambda threshold: next(answers), target)
    assert 1 <= len(tried) <= tries
    assert all(0.3 <= threshold <= 50.0 for threshold, _ in tried)
    best = min(tried, key=lambda pair: abs(pair[1] - target))
    assert search.threshold == best[0]


def test_a_limit_ends_it() -> None:
    search = ThresholdSearch(threshold=40.0, tries=100)
    tried = sought(search, lambda threshold: 9, 2.0)
    assert [threshold for threshold, _ in tried] == [40.0, 50.0]
    assert search.threshold == 40.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"threshold": 0.1}, r"compatibility_threshold must be in \[0.3, 50\], got 0.1"),
        ({"threshold": 3.0, "low": 0.0}, "threshold_min"),
        ({"threshold": 3.0, "low": 4.0, "high": 3.5}, "threshold_max"),
        ({"threshold": 3.0, "tries": 0}, "threshold_tries must be >= 1, got 0"),
    ],
)
def test_wrong_setting_is_named(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ThresholdSearch(**arguments)  # type: ignore[arg-type]


def test_wrong_measurements_are_refused() -> None:
    search = ThresholdSearch(3.0)
    with pytest.raises(ValueError, match="count must be >= 1, got 0"):
        search.update(0, 5.0)
    with pytest.raises(ValueError, match="target must be in"):
        search.update(3, math.nan)
    assert not search.is_over
