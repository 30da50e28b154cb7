"""How hard a run makes it for itself: an automatic schedule, and one that swings with complexity.

Difficulty is a number from 0 to 1.5 here; what follows from it is ``evolution.environment``'s.
"""

import math

from spiral_monolith_neat_numpy.control.stall import StallWatch
from spiral_monolith_neat_numpy.errors import check_integer, check_number

HARDEST = 1.5
_STEP = 0.05
_PATIENCE = 10  # generations without a gain before it becomes easier
_GAIN = 0.01  # share of the best score that counts as a gain


class AutoCurriculum:
    """Makes it harder after every gain in the best score, and easier while there is none.

    After a generation with a gain (of a hundredth of the best score so far) the difficulty rises
    by 0.05; from the tenth generation without one on it falls by 0.05 each. Its state is the best
    score, since when it stands, and the generation of the last move.

    >>> auto = AutoCurriculum()
    >>> [round(auto.update(best, generation, 0.5), 2) for generation, best in enumerate([1, 2, 2])]
    [0.5, 0.55, 0.5]
    """

    __slots__ = ("_moved", "_watch")

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._watch = StallWatch()
        self._moved = -1

    @property
    def waited(self) -> int:
        """Generations without a gain at the last move."""
        return max(self._moved, 0) - self._watch.since

    def update(self, best_fitness: float, generation: int, difficulty: float) -> float:
        """Return the difficulty of the next generation; a second call in one changes nothing.

        Args:
            best_fitness: best score of the generation that was scored last; -inf for none.
            generation: its number, from 0.
            difficulty: in that generation, >= 0.

        Returns:
            From 0 to 1.5.

        Raises:
            TypeError: ``generation`` is not a whole number, or ``difficulty`` no number.
            ValueError: one of them is negative.
        """
        now = check_integer("generation", generation, 0)
        value = check_number("difficulty", difficulty, 0.0)
        if now <= self._moved:
            return value
        is_first = self._moved < 0
        self._moved = now
        waited = self._watch.update(best_fitness, now, _GAIN)
        if is_first or 0 < waited < _PATIENCE:
            return value
        return min(max(value + (_STEP if waited == 0 else -_STEP), 0.0), HARDEST)

    def forget(self, generation: int) -> None:
        """Begin anew with the scores of generation ``generation`` or later."""
        self._watch.forget(generation)


def monodromy_difficulty(
    complexity: float, mean_hidden: float, mean_edges: float, change: float, diversity: float
) -> float:
    """Return (base + swing + velocity) * damping, at least 0.

    The phase goes round as the networks grow, so that a population comes back to easy times as
    another one. base = 0.3 + 1.5 C; swing = (0.2 + 0.3 C) sin(phase) with phase = 0.1 hidden +
    0.02 edges; velocity = 0.15 tanh(change / 2); damping = 1 - 0.2 tanh(diversity / 3).

    Args:
        complexity: C, mean complexity of the population as a share of its limits, in [0, 1].
        mean_hidden: mean number of hidden nodes, >= 0.
        mean_edges: mean number of enabled connections, >= 0.
        change: by how much these two changed since the generation before, >= 0.
        diversity: number of species, >= 0.

    >>> round(monodromy_difficulty(0.0, 0.0, 0.0, 0.0, 0.0), 3)
    0.3
    """
    share = check_number("complexity", complexity, 0.0, 1.0)
    hidden = check_number("mean_hidden", mean_hidden, 0.0)
    edges = check_number("mean_edges", mean_edges, 0.0)
    phase = math.fmod(0.1 * hidden + 0.02 * edges, math.tau)
    base = 0.3 + 1.5 * share
    swing = (0.2 + 0.3 * share) * math.sin(phase)
    velocity = 0.15 * math.tanh(check_number("change", change, 0.0) / 2.0)
    damping = 1.0 - 0.2 * math.tanh(check_number("diversity", diversity, 0.0) / 3.0)
    return max(0.0, (base + swing + velocity) * damping)
