"""Species target that learns from the gain of the best fitness.

Every few generations one of two arms (``arms``) moves the target; in mode "auto" a bandit
(``bandit``) chooses which. The gain of the best fitness until the next move is the reward.
"""

import math
import sys
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from spiral_monolith_neat_numpy.control.arms import HillClimb, Pid
from spiral_monolith_neat_numpy.control.bandit import ARMS, KEEP, LEARN, Bandit
from spiral_monolith_neat_numpy.control.target_settings import TargetSettings
from spiral_monolith_neat_numpy.errors import check_choice, check_integer, check_number
from spiral_monolith_neat_numpy.seeding import Purpose, stream

_LARGEST = sys.float_info.max
_STATE_NUMBERS = ("target", "pid_i", "pid_prev_err", "score_pid", "score_hill", "last_reward")
_STATE_OPTIONAL = ("hill_prev_reward", "mean_abs_gain", "prev_best", "prev_generation")
_STATE_KEYS = frozenset((*_STATE_NUMBERS, *_STATE_OPTIONAL, "hill_direction", "last_method"))


class SpeciesTarget:
    """Learns how many species to aim at.

    At an update: gain g = best fitness - best fitness at the last update; progress
    p = g / (running mean of ``|g|`` + 1e-12), held to [0, 2]; error e = 1 - p. The running mean
    is exponentially weighted (0.85 / 0.15) and begins with the first gain. The reward g goes
    to the arm that moved last; then the arm of the mode moves the target within its limits.
    In mode "fixed" everything is measured and nothing moves.

    Args:
        settings: modes, limits and gains; ``species_target_max`` must be filled in.
        target: number of species to begin with, within the limits.
        seed: seed of the run; "auto" draws from the stream (seed, CONTROL, generation).

    Raises:
        ValueError: ``target`` is outside the limits, or the limits are not resolved.

    >>> learner = SpeciesTarget(TargetSettings("hill", species_target_max=10.0), 6.0, seed=0)
    >>> [learner.update(best_fitness=0.1 * g, generation=g) for g in (0, 4, 5)]
    [6.0, 6.0, 6.5]
    """

    def __init__(self, settings: TargetSettings, target: float, seed: int) -> None:
        """Begin at ``target`` with nothing learned."""
        self._settings = settings
        self._seed = seed
        self._pid = Pid()
        self._hill = HillClimb()
        self._bandit = Bandit()
        self._last_method = "fixed"
        self._last_reward = 0.0
        self._mean_abs_gain: float | None = None
        self._prev_best: float | None = None
        self._prev_generation: int | None = None
        self.target = target

    @property
    def target(self) -> float:
        """Number of species aimed at; setting it checks it against the limits."""
        return self._target

    @target.setter
    def target(self, value: float) -> None:
        self._target = check_number("species_target", value, *self._settings.limits)

    @property
    def settings(self) -> TargetSettings:
        """Settings in force; new limits pull the target inside, a new clip the sum."""
        return self._settings

    @settings.setter
    def settings(self, value: TargetSettings) -> None:
        low, high = value.limits
        self._settings = value
        self._target = min(max(self._target, low), high)
        clip = value.pid_i_clip
        self._pid.integral = min(max(self._pid.integral, -clip), clip)

    @property
    def last_method(self) -> str:
        """The arm behind the last update ("fixed": none moved)."""
        return self._last_method

    @property
    def last_reward(self) -> float:
        """Gain of the best fitness at the last update, in its units; 0 before the second one."""
        return self._last_reward

    @property
    def last_error(self) -> float:
        """1 - progress at the last update, from -1 to 1; 0 before the second one."""
        return self._pid.previous_error

    @property
    def state(self) -> Mapping[str, Any]:
        """Read-only snapshot of all that was learned, with ``eps`` of the settings beside it.

        ``last_method`` is the arm behind the last update ("fixed": none moved), ``pid_i`` the
        summed error, ``pid_prev_err`` the last error, ``last_reward`` the last gain.
        """
        return MappingProxyType({**self.to_state(), "eps": self._settings.epsilon})

    def update(self, best_fitness: float, generation: int) -> float:
        """Return the target for this generation; call once a generation.

        The first call and any that comes ``species_target_update_every`` generations after
        the last update measure; all others return the target as it is. So does a best fitness
        that is not finite (no genome could be scored): the next generation measures instead.

        Args:
            best_fitness: best fitness of the generation.
            generation: number of the generation, from 0.

        Raises:
            TypeError: ``generation`` is not a whole number.
            ValueError: ``generation`` is negative.
        """
        now = check_integer("generation", generation, 0)
        if not math.isfinite(best_fitness) or not self._is_due(now):
            return self._target
        previous, self._prev_best = self._prev_best, float(best_fitness)
        self._prev_generation = now
        if previous is not None:
            gain = min(max(float(best_fitness) - previous, -_LARGEST), _LARGEST)
            self._reward(gain)
            self._move(self._error(gain), now)
        return self._target

    def to_state(self) -> dict[str, Any]:
        """Return the state as plain JSON values; settings and seed are the caller's to keep."""
        return {
            "target": self._target,
            "pid_i": self._pid.integral,
            "pid_prev_err": self._pid.previous_error,
            "hill_direction": self._hill.direction,
            "hill_prev_reward": self._hill.previous_reward,
            "score_pid": self._bandit.scores["pid"],
            "score_hill": self._bandit.scores["hill"],
            "last_method": self._last_method,
            "last_reward": self._last_reward,
            "mean_abs_gain": self._mean_abs_gain,
            "prev_best": self._prev_best,
            "prev_generation": self._prev_generation,
        }

    @classmethod
    def from_state(
        cls, state: Mapping[str, Any], settings: TargetSettings, seed: int
    ) -> "SpeciesTarget":
        """Return the learner that ``to_state`` described.

        Raises:
            TypeError: a value has the wrong type.
            ValueError: keys are missing or unknown, or a value is out of its range.
        """
        if set(state) != _STATE_KEYS:
            odd = ", ".join(sorted(_STATE_KEYS.symmetric_difference(state)))
            raise ValueError(f"state must have the keys of to_state(); missing or unknown: {odd}")
        values = {name: _finite(name, state[name]) for name in _STATE_NUMBERS}
        learner = cls(settings, values["target"], seed)
        clip = settings.pid_i_clip
        learner._pid = Pid(
            check_number("pid_i", values["pid_i"], -clip, clip),
            check_number("pid_prev_err", values["pid_prev_err"], -1.0, 1.0),
        )
        direction = math.copysign(1.0, _finite("hill_direction", state["hill_direction"]))
        learner._hill = HillClimb(direction, _optional(state, "hill_prev_reward"))
        learner._bandit = Bandit(values["score_pid"], values["score_hill"])
        method = check_choice("last_method", state["last_method"], (*ARMS, "fixed"))
        learner._last_method = method
        learner._last_reward = values["last_reward"]
        learner._mean_abs_gain = _optional(state, "mean_abs_gain", low=0.0)
        learner._prev_best = _optional(state, "prev_best")
        generation = state["prev_generation"]
        if generation is not None:
            learner._prev_generation = check_integer("prev_generation", generation, 0)
        return learner

    def _is_due(self, generation: int) -> bool:
        if self._prev_generation is None:
            return True
        elapsed = generation - self._prev_generation
        return elapsed >= self._settings.species_target_update_every

    def _reward(self, gain: float) -> None:
        self._last_reward = gain
        if self._last_method in ARMS:
            self._bandit.learn(self._last_method, gain)
        if self._last_method == "hill":
            self._hill.learn(gain)

    def _error(self, gain: float) -> float:
        old = self._mean_abs_gain
        mean = abs(gain) if old is None else KEEP * old + LEARN * abs(gain)
        self._mean_abs_gain = mean
        progress = min(max(gain / (mean + 1e-12), 0.0), 2.0)
        return 1.0 - progress

    def _move(self, error: float, generation: int) -> None:
        low, high = self._settings.limits
        arm = self._settings.species_target_mode
        if arm == "auto":
            rng = stream(self._seed, Purpose.CONTROL, generation)
            arm = self._bandit.choose(self._settings.epsilon, rng)
        step = 0.0
        if arm == "pid":
            at_low, at_high = self._target <= low, self._target >= high
            step = self._pid.move(error, self._settings, at_low=at_low, at_high=at_high)
        elif arm == "hill":
            step = self._hill.move(self._settings)
        self._pid.observe(error)
        self._target = min(max(self._target + step, low), high)
        self._last_method = arm


def _finite(name: str, value: object) -> float:
    return check_number(name, value, -_LARGEST, _LARGEST)


def _optional(state: Mapping[str, Any], name: str, low: float = -_LARGEST) -> float | None:
    value = state[name]
    return None if value is None else check_number(name, value, low, _LARGEST)
