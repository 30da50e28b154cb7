"""Simulated plants for a step test of each controller: no population, no noise."""

from collections.abc import Callable

from spiral_monolith_neat_numpy.control import (
    SpeciesTarget,
    TargetSettings,
    ThresholdControl,
    ThresholdSearch,
)

LENGTH = 100  # generations before the step, and after it
LIMITS = (2.0, 20.0)  # of the target
_SPECIES = 40.0  # under a threshold of 1


def count_under(threshold: float) -> int:
    """Return the species of a plant whose count falls as one over the threshold."""
    return max(1, round(_SPECIES / threshold))


def by_steps() -> list[float]:
    """Return the counts while the target steps from 4 to 16, one move a generation."""
    control = ThresholdControl(10.0)
    counts = []
    for generation in range(2 * LENGTH):
        counts.append(count_under(control.threshold))
        control.update(counts[-1], 4.0 if generation < LENGTH else 16.0)
    return [float(count) for count in counts]


def by_search() -> list[float]:
    """Return the counts while the target steps from 4 to 16, the threshold being sought."""
    threshold, counts = 10.0, []
    for generation in range(2 * LENGTH):
        search = ThresholdSearch(threshold)
        while not search.is_over:
            search.update(count_under(search.threshold), 4.0 if generation < LENGTH else 16.0)
        threshold = search.threshold
        counts.append(float(count_under(threshold)))
    return counts


def _course(mode: str, gain: Callable[[int, float], float]) -> list[float]:
    """Return the target of each generation; the best score gains ``gain(generation, target)``."""
    low, high = LIMITS
    limits = TargetSettings(mode, species_target_min=low, species_target_max=high)
    learner = SpeciesTarget(limits, 6.0, seed=0)
    best, targets = 0.0, []
    for generation in range(4 * LENGTH):
        best += gain(generation, learner.target)
        targets.append(learner.update(best, generation))
    return targets


def stall_then_gain(mode: str) -> list[float]:
    """Return the targets while the score stalls for half of the time, and then gains ever faster.

    The first gain is what later ones are compared with.
    """

    def gain(generation: int, target: float) -> float:
        if generation < 6:
            return 1.0
        return 0.0 if generation < 2 * LENGTH else 1.1 ** (generation - 2 * LENGTH)

    return _course(mode, gain)


def with_an_optimum(mode: str, optimum: float = 12.0) -> list[float]:
    """Return the targets where the score gains the more, the nearer the target is to an optimum."""
    return _course(mode, lambda generation, target: 1.0 / (1.0 + (target - optimum) ** 2))


def settled_after(values: list[float], target: float, since: int) -> float:
    """Return the generations after ``since`` until all that follow are within max(1, 10 %)."""
    width = max(1.0, 0.1 * target)
    outside = [k for k in range(since, len(values)) if abs(values[k] - target) > width]
    return float(outside[-1] + 1 - since) if outside else 0.0
