"""Laws of the two arms, and one PID move worked by hand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.control.arms import MOVE_LIMIT, HillClimb, Pid
from spiral_monolith_neat_numpy.control.target_settings import TargetSettings

errors = st.floats(-1.0, 1.0)
SETTINGS = TargetSettings()


def test_pid_move_by_hand() -> None:
    # sum 3 + 0.5 = 3.5; change 0.5 - 0.1 = 0.4
    # 0.35 * 0.5 + 0.02 * 3.5 + 0.10 * 0.4 = 0.175 + 0.07 + 0.04
    pid = Pid(integral=3.0, previous_error=0.1)

    assert pid.move(0.5, SETTINGS, at_low=False, at_high=False) == pytest.approx(0.285)
    assert pid.integral == pytest.approx(3.5)


@given(st.floats(-50.0, 50.0), errors, errors, st.floats(0.0, 1e6))
def test_pid_never_moves_further_than_its_limit(
    integral: float, previous: float, error: float, gain: float
) -> None:
    settings = TargetSettings(pid_kp=gain, pid_ki=gain, pid_kd=gain)
    move = Pid(integral, previous).move(error, settings, at_low=False, at_high=False)
    assert abs(move) <= MOVE_LIMIT == 0.75


@given(st.lists(errors, max_size=80), st.floats(0.0, 5.0))
def test_pid_sum_never_passes_its_clip(seen: list[float], clip: float) -> None:
    pid, settings = Pid(), TargetSettings(pid_i_clip=clip)
    for error in seen:
        pid.move(error, settings, at_low=False, at_high=False)
        assert abs(pid.integral) <= clip


@given(st.floats(-50.0, 50.0), errors)
def test_pid_sum_does_not_grow_against_a_limit(integral: float, error: float) -> None:
    above, below = Pid(integral), Pid(integral)
    above.move(error, SETTINGS, at_low=False, at_high=True)
    below.move(error, SETTINGS, at_low=True, at_high=False)
    assert above.integral <= integral <= below.integral


def test_pid_sum_shrinks_on_a_limit_once_the_error_turns() -> None:
    pid = Pid(integral=10.0)
    pid.move(-1.0, SETTINGS, at_low=False, at_high=True)
    assert pid.integral == 9.0


def test_hill_keeps_its_direction_while_the_reward_does_not_fall() -> None:
    hill = HillClimb()
    for reward in (0.1, 0.1, 0.3):
        hill.learn(reward)
        assert hill.move(SETTINGS) == 0.5


def test_hill_turns_round_each_time_the_reward_falls() -> None:
    hill = HillClimb()
    moves = []
    for reward in (0.3, 0.2, 0.2, 0.1):
        hill.learn(reward)
        moves.append(hill.move(SETTINGS))
    assert moves == [0.5, -0.5, -0.5, 0.5]


@given(st.lists(st.floats(-1e6, 1e6), max_size=30), st.floats(0.01, 10.0))
def test_hill_always_moves_by_one_step(rewards: list[float], step: float) -> None:
    hill, settings = HillClimb(), TargetSettings(species_target_step=step)
    for reward in rewards:
        hill.learn(reward)
        assert abs(hill.move(settings)) == step
