"""The species target stays within its limits, learns, and survives a save."""

import json
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.control import SpeciesTarget, TargetSettings

modes = st.sampled_from(["auto", "pid", "hill", "fixed"])
# Every finite double is a possible best fitness, the extremes included.
fitnesses = st.lists(st.floats(allow_nan=True, allow_infinity=True), max_size=60)


def learner(mode: str = "auto", target: float = 6.0, **changes: float) -> SpeciesTarget:
    base = TargetSettings(mode, species_target_max=10.0, species_target_update_every=1)
    return SpeciesTarget(base.with_changes(**changes), target, seed=7)


def feed(subject: SpeciesTarget, gains: list[float], start: int = 0) -> list[float]:
    best = 0.0
    targets = []
    for offset, gain in enumerate([0.0, *gains] if start == 0 else gains):
        best += gain
        targets.append(subject.update(best, start + offset))
    return targets


def test_first_pid_move_by_hand() -> None:
    # The first gain is its own running mean: progress 0.2 / 0.2 = 1, error 0 (up to 1e-12).
    # The second is 0.1: mean 0.85 * 0.2 + 0.15 * 0.1 = 0.185, progress 20/37, error 17/37.
    # The sum is the error, the change is the error: (0.35 + 0.02 + 0.10) * 17/37.
    subject = learner("pid")

    targets = feed(subject, [0.2, 0.1])

    assert targets[:2] == pytest.approx([6.0, 6.0])
    assert targets[2] == pytest.approx(6.0 + 0.47 * 17 / 37)
    assert subject.state["pid_i"] == pytest.approx(17 / 37)
    assert subject.state["pid_prev_err"] == pytest.approx(17 / 37)
    assert subject.state["last_method"] == "pid"
    assert subject.state["last_reward"] == pytest.approx(0.1)


def test_stall_is_the_largest_error_and_fast_progress_the_smallest() -> None:
    stalled, fast = learner("pid"), learner("pid")
    feed(stalled, [0.1, 0.0])
    feed(fast, [0.1, 10.0])
    assert stalled.state["pid_prev_err"] == pytest.approx(1.0)
    assert fast.state["pid_prev_err"] == pytest.approx(-1.0)


@settings(max_examples=200)
@given(modes, fitnesses, st.floats(2.0, 10.0), st.floats(0.0, 1e6))
def test_target_and_sum_stay_within_their_limits(
    mode: str, bests: list[float], target: float, gain: float
) -> None:
    subject = learner(mode, target, pid_kp=gain, pid_ki=gain, pid_kd=gain, pid_i_clip=3.0)
    for generation, best in enumerate(bests):
        before = subject.target
        summed = subject.state["pid_i"]
        assert 2.0 <= subject.update(best, generation) <= 10.0
        assert abs(subject.state["pid_i"]) <= 3.0
        if before == 10.0:
            assert subject.state["pid_i"] <= summed
        if before == 2.0:
            assert subject.state["pid_i"] >= summed


@given(fitnesses)
def test_every_state_is_plain_json_and_finite(bests: list[float]) -> None:
    subject = learner()
    for generation, best in enumerate(bests):
        subject.update(best, generation)
    state = subject.to_state()
    assert json.loads(json.dumps(state, allow_nan=False)) == state


@settings(max_examples=50)
@given(modes, fitnesses, fitnesses)
def test_resume_goes_on_as_if_nothing_had_happened(
    mode: str, first: list[float], second: list[float]
) -> None:
    subject = learner(mode)
    for generation, best in enumerate(first):
        subject.update(best, generation)
    stored = json.loads(json.dumps(subject.to_state()))
    again = SpeciesTarget.from_state(stored, subject.settings, seed=7)
    for generation, best in enumerate(second, start=len(first)):
        assert again.update(best, generation) == subject.update(best, generation)
    assert again.state == subject.state


def test_pid_leaves_its_limit_soon_after_a_long_stall() -> None:
    subject = learner("pid", pid_ki=0.02)
    best, generation = 1.0, 0
    for generation in range(500):
        subject.update(best, generation)
    assert subject.target == 10.0
    windup = subject.state["pid_i"]
    for late in range(1, 31):
        best += 0.1 * 2**late
        subject.update(best, generation + late)
        if subject.target < 10.0:
            break
    # Each update takes one off a sum that stopped growing when the limit was reached.
    assert subject.target < 10.0
    assert late <= windup + 1


def test_hill_turns_round_when_the_reward_of_its_moves_falls() -> None:
    subject = learner("hill", species_target_step=0.5)
    # The gain after the first move is 0.3, after the second 0.1: then it turns.
    assert feed(subject, [0.2, 0.3, 0.1, 0.1]) == [6.0, 6.5, 7.0, 6.5, 6.0]


def test_fixed_mode_measures_and_never_moves() -> None:
    subject = learner("fixed")
    assert set(feed(subject, [0.3, 0.0, -0.5])) == {6.0}
    assert subject.state["last_method"] == "fixed"
    assert subject.state["pid_prev_err"] == 1.0
    assert subject.state["score_pid"] == subject.state["score_hill"] == 0.0


def test_moves_come_every_so_many_generations() -> None:
    subject = learner("hill", species_target_update_every=5)
    targets = [subject.update(float(g), g) for g in range(3, 20)]
    moved = [g for g in range(1, len(targets)) if targets[g] != targets[g - 1]]
    assert moved == [5, 10, 15]


def test_a_generation_without_a_finite_best_waits_for_the_next() -> None:
    subject = learner("hill")
    subject.update(0.0, 0)
    assert subject.update(math.nan, 1) == subject.update(-math.inf, 2) == 6.0
    assert subject.update(0.1, 3) == 6.5


def test_auto_comes_to_prefer_the_arm_that_pays() -> None:
    # A fitness that gains only after a hill move: the bandit must find that out.
    subject = learner("auto")
    best, chosen = 0.0, []
    for generation in range(300):
        best += 0.1 if subject.state["last_method"] == "hill" else -0.05
        subject.update(best, generation)
        chosen.append(subject.state["last_method"])
    assert chosen[100:].count("hill") > 0.85 * 200
    assert "pid" in chosen[100:]


def test_auto_draws_depend_on_seed_and_generation_alone() -> None:
    def methods(seed: int) -> list[str]:
        base = TargetSettings("auto", species_target_max=10.0, species_target_update_every=1)
        subject = SpeciesTarget(base, 6.0, seed)
        seen = []
        for generation in range(40):
            subject.update(0.0, generation)
            seen.append(subject.state["last_method"])
        return seen

    assert methods(1) == methods(1)
    assert methods(1) != methods(2)


def test_state_shows_what_users_read() -> None:
    subject = learner()
    names = {"pid_i", "pid_prev_err", "score_pid", "score_hill", "eps", "last_method"}
    assert names <= set(subject.state)
    assert subject.state["eps"] == 0.10
    with pytest.raises(TypeError):
        subject.state["pid_i"] = 1.0  # type: ignore[index]


def test_new_settings_pull_target_and_sum_inside() -> None:
    subject = learner("pid", target=9.0)
    feed(subject, [0.1] + [0.0] * 4)
    subject.settings = subject.settings.with_changes(species_target_max=5.0, pid_i_clip=0.5)
    assert subject.target == 5.0
    assert subject.state["pid_i"] == 0.5


def test_mode_can_change_in_mid_run() -> None:
    subject = learner("pid")
    feed(subject, [0.1, 0.1])
    subject.settings = subject.settings.with_changes(species_target_mode="hill")
    before = subject.target
    assert subject.update(0.5, 3) == pytest.approx(before + 0.5)
    assert subject.state["last_method"] == "hill"


def test_target_outside_its_limits_is_refused_with_the_range() -> None:
    subject = learner()
    with pytest.raises(ValueError, match=r"species_target must be in \[2, 10\], got 11"):
        subject.target = 11
    with pytest.raises(ValueError, match=r"species_target must be in \[2, 10\], got 1.0"):
        learner(target=1.0)
    with pytest.raises(ValueError, match="species_target_max must be a number"):
        SpeciesTarget(TargetSettings(), 6.0, seed=0)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"pid_i": 51.0}, r"pid_i must be in \[-50, 50\]"),
        ({"pid_prev_err": math.nan}, "pid_prev_err"),
        ({"last_method": "best"}, "last_method must be one of"),
        ({"mean_abs_gain": -1.0}, "mean_abs_gain"),
        ({"prev_generation": -1}, "prev_generation"),
        ({"extra": 1.0}, "missing or unknown: extra"),
    ],
)
def test_a_damaged_state_is_refused(change: dict[str, float], message: str) -> None:
    subject = learner()
    with pytest.raises(ValueError, match=message):
        SpeciesTarget.from_state({**subject.to_state(), **change}, subject.settings, seed=7)
