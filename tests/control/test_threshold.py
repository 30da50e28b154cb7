"""The threshold follows the species count and stays within its limits."""

import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.control import ThresholdControl

counts = st.integers(0, 10**7)
targets = st.floats(0.0, 1e6)


def test_one_update_by_hand() -> None:
    control = ThresholdControl(threshold=2.0, gain=0.18)

    assert control.update(count=9, target=6.0) == pytest.approx(2.0 * math.exp(0.18 * 0.5))


def test_a_target_below_one_divides_by_one() -> None:
    control = ThresholdControl(threshold=2.0, gain=0.18)

    assert control.update(count=1, target=0.5) == pytest.approx(2.0 * math.exp(0.18 * 0.5))


def test_count_on_target_leaves_the_threshold_alone() -> None:
    assert ThresholdControl(threshold=1.7).update(count=6, target=6.0) == 1.7


@given(st.lists(st.tuples(counts, targets), max_size=30), st.floats(0.0, 1e6))
def test_threshold_stays_within_its_limits(measured: list[tuple[int, float]], gain: float) -> None:
    control = ThresholdControl(threshold=3.0, gain=gain, low=0.3, high=50.0)
    for count, target in measured:
        assert 0.3 <= control.update(count, target) <= 50.0


@given(counts, targets, st.floats(0.3, 50.0))
def test_surplus_never_lowers_and_shortage_never_raises_the_threshold(
    count: int, target: float, threshold: float
) -> None:
    moved = ThresholdControl(threshold=threshold).update(count, target)
    assert moved >= threshold if count >= target else moved <= threshold


def test_threshold_settles_where_the_count_meets_the_target() -> None:
    # A plant with 30 / threshold species: 6 of them at a threshold of 5.
    control = ThresholdControl(threshold=0.5)
    for _ in range(200):
        control.update(round(30.0 / control.threshold), 6.0)
    assert abs(round(30.0 / control.threshold) - 6) <= 1


def test_threshold_leaves_its_limit_at_once_when_the_count_turns() -> None:
    control = ThresholdControl(threshold=50.0)
    control.update(count=100, target=2.0)
    assert control.update(count=1, target=2.0) < 50.0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"threshold": 0.1}, r"compatibility_threshold must be in \[0.3, 50\], got 0.1"),
        ({"threshold": math.nan}, "compatibility_threshold"),
        ({"gain": -1.0}, "threshold_gain"),
        ({"gain": math.inf}, "threshold_gain"),
        ({"low": 0.0}, "threshold_min"),
        ({"low": 4.0, "high": 3.5}, r"threshold_max must be in \[4, 1e\+09\], got 3.5"),
    ],
)
def test_wrong_setting_is_named_with_its_range(arguments: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        ThresholdControl(**arguments)


def test_wrong_measurements_are_refused() -> None:
    control = ThresholdControl()
    with pytest.raises(ValueError, match="count must be >= 0, got -1"):
        control.update(-1, 5.0)
    with pytest.raises(ValueError, match="target must be in"):
        control.update(3, math.nan)
    with pytest.raises(ValueError, match="compatibility_threshold"):
        control.threshold = 51.0
    assert control.threshold == 3.0


def test_repr_and_pickle_keep_the_state() -> None:
    control = ThresholdControl(threshold=2.5)
    again = pickle.loads(pickle.dumps(control))
    assert repr(again) == repr(control)
    assert "threshold=2.5" in repr(control)
