"""The automatic curriculum by hand, and the monodromy schedule within its bounds."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.control import AutoCurriculum, monodromy_difficulty

sizes = st.floats(0.0, 1e6)


def course(scores: list[float], begin: float = 0.5) -> list[float]:
    auto, found = AutoCurriculum(), [begin]
    for generation, best in enumerate(scores):
        found.append(auto.update(best, generation, found[-1]))
    return found[1:]


def test_it_rises_after_gains_waits_and_falls() -> None:
    found = course([1.0, 2.0, 3.0] + [3.0] * 12)
    assert found[:3] == pytest.approx([0.5, 0.55, 0.6])
    assert found[3:12] == pytest.approx([0.6] * 9)
    assert found[12:] == pytest.approx([0.55, 0.5, 0.45])


def test_a_hundredth_is_the_least_gain() -> None:
    assert course([100.0, 100.9, 101.1])[1:] == pytest.approx([0.5, 0.55])


@given(scores=st.lists(st.floats(allow_nan=False), max_size=60), begin=st.floats(0.0, 1.5))
def test_it_stays_within_its_limits_whatever_the_scores(scores: list[float], begin: float) -> None:
    found = course(scores, begin)
    assert all(0.0 <= value <= 1.5 for value in found)
    moves = [abs(b - a) for a, b in zip([begin, *found], found, strict=False)]
    assert max(moves, default=0.0) <= 0.05 + 1e-12


def test_a_generation_counts_once_and_forgetting_begins_anew() -> None:
    auto = AutoCurriculum()
    auto.update(1.0, 0, 0.5)
    assert auto.update(2.0, 1, 0.5) == pytest.approx(0.55)
    assert auto.update(3.0, 1, 0.55) == 0.55
    assert [auto.update(2.0, g, 0.5) for g in range(2, 11)] == [0.5] * 9
    assert auto.update(2.0, 11, 0.5) == pytest.approx(0.45)
    assert auto.waited == 10
    auto.forget(12)
    assert auto.update(0.1, 12, 0.45) == pytest.approx(0.5)


def test_bad_measurements_are_named() -> None:
    with pytest.raises(ValueError, match="generation must be >= 0, got -1"):
        AutoCurriculum().update(1.0, -1, 0.5)
    with pytest.raises(ValueError, match="difficulty must be >= 0"):
        AutoCurriculum().update(1.0, 0, -0.5)
    with pytest.raises(ValueError, match=r"complexity must be in \[0, 1\], got 2"):
        monodromy_difficulty(2.0, 1.0, 1.0, 0.0, 1.0)


def test_monodromy_by_hand() -> None:
    phase = 0.1 * 10.0 + 0.02 * 50.0
    base, swing = 0.3 + 1.5 * 0.2, (0.2 + 0.3 * 0.2) * math.sin(phase)
    wanted = (base + swing + 0.15 * math.tanh(1.5)) * (1.0 - 0.2 * math.tanh(2.0))
    assert monodromy_difficulty(0.2, 10.0, 50.0, 3.0, 6.0) == pytest.approx(wanted)


@given(complexity=st.floats(0.0, 1.0), hidden=sizes, edges=sizes, change=sizes, diversity=sizes)
def test_monodromy_has_bounds(
    complexity: float, hidden: float, edges: float, change: float, diversity: float
) -> None:
    found = monodromy_difficulty(complexity, hidden, edges, change, diversity)
    assert 0.0 <= found <= 0.3 + 1.5 + 0.5 + 0.15


def test_as_networks_grow_it_goes_up_and_down() -> None:
    found = [monodromy_difficulty(0.05, h, 5.0 * h, 0.2, 6.0) for h in range(0, 100)]
    turns = sum((found[k] - found[k - 1]) * (found[k + 1] - found[k]) < 0 for k in range(1, 99))
    assert turns >= 5
