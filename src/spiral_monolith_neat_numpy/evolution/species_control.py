"""What steers the number of species: a target that learns, a threshold that follows it."""

from collections.abc import Mapping
from typing import Any

from spiral_monolith_neat_numpy.control.target import SpeciesTarget
from spiral_monolith_neat_numpy.control.target_settings import TargetSettings
from spiral_monolith_neat_numpy.control.threshold import ThresholdControl
from spiral_monolith_neat_numpy.control.threshold_search import ThresholdSearch
from spiral_monolith_neat_numpy.errors import check_number
from spiral_monolith_neat_numpy.evolution.run_settings import EvalMode
from spiral_monolith_neat_numpy.settings import Settings, with_changes


class SpeciesControl:
    """The species target and the compatibility threshold of a run, and their settings."""

    def __init__(self, settings: Settings, mode: EvalMode, pop_size: int, seed: int) -> None:
        """Begin at the settings' target, or in the middle of the mode's limits.

        Raises:
            ValueError: the settings' target or threshold is outside the limits.
        """
        self._wanted = TargetSettings()
        self._mode, self._pop_size = mode, pop_size
        limits = self._resolved()
        target = settings.species_target
        self._follows_mode = target is None
        self._learner = SpeciesTarget(
            limits, self._middle(limits) if target is None else target, seed
        )
        self._threshold = _threshold(settings, settings.compatibility_threshold)

    @property
    def wanted(self) -> TargetSettings:
        """Settings of the target as they were asked for."""
        return self._wanted

    @wanted.setter
    def wanted(self, value: TargetSettings) -> None:
        self._wanted = value
        self._learner.settings = self._resolved()

    @property
    def species_target_min(self) -> float:
        """Smallest target."""
        return self._wanted.species_target_min

    @species_target_min.setter
    def species_target_min(self, value: float) -> None:
        check_number("species_target_min", value, 1.0, self.species_target_max)
        self.wanted = with_changes(self._wanted, {"species_target_min": value})

    @property
    def species_target_max(self) -> float:
        """Largest target; where none was set, max(mode.species_high, population / 3)."""
        return self._learner.settings.limits[1]

    @species_target_max.setter
    def species_target_max(self, value: float | None) -> None:
        self.wanted = with_changes(self._wanted, {"species_target_max": value})

    @property
    def species_target(self) -> float:
        """Number of species aimed at; the learner moves it unless the mode is "fixed"."""
        return self._learner.target

    @species_target.setter
    def species_target(self, value: float) -> None:
        self._learner.target = value
        self._follows_mode = False

    @property
    def compatibility_threshold(self) -> float:
        """Distance below which genomes share a species."""
        return self._threshold.threshold

    @compatibility_threshold.setter
    def compatibility_threshold(self, value: float) -> None:
        self._threshold.threshold = value

    @property
    def state(self) -> Mapping[str, Any]:
        """Snapshot of what the target's learner knows (see ``control.target``)."""
        return self._learner.state

    @property
    def arm(self) -> str:
        """What moved the species target last: "pid", "hill" or "fixed" (nothing did yet)."""
        return self._learner.last_method

    @property
    def reward(self) -> float:
        """Gain of the best fitness that the last update of the target saw; 0 before the second."""
        return self._learner.last_reward

    @property
    def error(self) -> float:
        """1 - progress at the last update of the target, from -1 to 1; 0 before the second."""
        return self._learner.last_error

    def follow_mode(self, mode: EvalMode, *, started: bool) -> None:
        """Take the limits of a new mode, and before the start its middle as the target."""
        self._mode = mode
        limits = self._resolved()
        self._learner.settings = limits
        if self._follows_mode and not started:
            self._learner.target = self._middle(limits)

    def follow_size(self, pop_size: int) -> None:
        """Take a new size of the population, from which the largest target may follow."""
        self._pop_size = pop_size
        self._learner.settings = self._resolved()

    def follow_settings(self, old: Settings, new: Settings) -> None:
        """Take over what differs between two settings objects.

        Raises:
            ValueError: the new target or threshold is outside its limits; nothing is changed.
        """
        changed = new.compatibility_threshold != old.compatibility_threshold
        now = new.compatibility_threshold if changed else self.compatibility_threshold
        threshold = _threshold(new, now)
        if new.species_target is not None and new.species_target != old.species_target:
            self.species_target = new.species_target
        self._threshold = threshold

    def learn(self, best_fitness: float, generation: int) -> float:
        """Let the target learn from the best fitness; return it."""
        return self._learner.update(best_fitness, generation)

    def restart(self, settings: Settings) -> None:
        """Begin again at the settings' threshold; what the target has learned stays."""
        self._threshold = _threshold(settings, settings.compatibility_threshold)

    def search(self, settings: Settings) -> ThresholdSearch:
        """Return what proposes thresholds for a generation, a single one where none is sought."""
        seeks = settings.threshold_control == "search" and settings.threshold_gain > 0.0
        low, high = settings.threshold_min, settings.threshold_max
        tries = settings.threshold_tries if seeks else 1
        return ThresholdSearch(self.compatibility_threshold, low, high, tries)

    def adapt(self, search: ThresholdSearch, n_species: int, settings: Settings) -> None:
        """Keep the threshold for the next generation that a search has found.

        Where none is sought, it moves so that ``n_species`` comes nearer to the target.
        """
        if settings.threshold_control == "search":
            self._threshold.threshold = search.threshold
        else:
            self._threshold.update(n_species, self.species_target)

    def _middle(self, limits: TargetSettings) -> float:
        low, high = limits.limits
        return min(max(0.5 * (self._mode.species_low + self._mode.species_high), low), high)

    def _resolved(self) -> TargetSettings:
        # A small population's default maximum gives way to the minimum rather than cross it.
        high = max(self._mode.species_high, self._wanted.species_target_min)
        return self._wanted.resolved(high, self._pop_size)


def _threshold(settings: Settings, threshold: float) -> ThresholdControl:
    return ThresholdControl(
        threshold, settings.threshold_gain, settings.threshold_min, settings.threshold_max
    )
