"""The bandit scores its arms as documented and prefers the better one."""

import numpy as np
import pytest

from spiral_monolith_neat_numpy.control.bandit import Bandit


def test_learn_by_hand() -> None:
    bandit = Bandit(score_pid=1.0, score_hill=2.0)
    bandit.learn("pid", 3.0)
    # 0.85 * 1 + 0.15 * 3 and 0.98 * 2
    assert bandit.scores == {"pid": pytest.approx(1.3), "hill": pytest.approx(1.96)}


@pytest.mark.parametrize(
    ("pid", "hill", "best"), [(0.2, 0.1, "pid"), (0.1, 0.2, "hill"), (-1.0, 0.0, "hill")]
)
def test_without_exploration_the_better_arm_is_chosen(pid: float, hill: float, best: str) -> None:
    bandit = Bandit(pid, hill)
    rng = np.random.default_rng(0)
    assert {bandit.choose(0.0, rng) for _ in range(50)} == {best}


def test_exploration_takes_the_worse_arm_at_half_its_rate() -> None:
    bandit = Bandit(1.0, 0.0)
    rng = np.random.default_rng(0)
    worse = sum(bandit.choose(0.4, rng) == "hill" for _ in range(4000))
    # Binomial with mean 800 and standard deviation 25.3: five of them on either side.
    assert abs(worse - 800) < 127


def test_equal_scores_let_the_draw_decide() -> None:
    bandit = Bandit()
    rng = np.random.default_rng(0)
    assert {bandit.choose(0.0, rng) for _ in range(50)} == {"pid", "hill"}
