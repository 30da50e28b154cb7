"""When a population has stalled: no gain in its best score for a number of generations."""

import math

from spiral_monolith_neat_numpy.errors import check_integer, check_number


class StallWatch:
    """Measures how long the best score has not risen by a share of itself.

    A score counts as a gain if it is above ``best + gain * |best|``; it is then what the next
    ones are compared with. The state is ``best`` and ``since``.

    >>> watch = StallWatch()
    >>> [watch.update(best, generation, gain=0.01) for generation, best in enumerate([8, 8.05, 9])]
    [0, 1, 0]
    """

    __slots__ = ("_best", "_since")

    def __init__(self) -> None:
        """Begin with nothing seen."""
        self._best = -math.inf
        self._since = 0

    @property
    def best(self) -> float:
        """Score that a gain is measured from, -inf before the first."""
        return self._best

    @property
    def since(self) -> int:
        """Generation in which it was reached."""
        return self._since

    def update(self, best_fitness: float, generation: int, gain: float) -> int:
        """Return for how many generations there has been no gain.

        Args:
            best_fitness: best score of the generation; -inf where none was scored.
            generation: its number, from 0.
            gain: share of the best score, >= 0.

        Raises:
            TypeError: ``generation`` is not a whole number.
            ValueError: it is negative, or so is ``gain``.
        """
        now = check_integer("generation", generation, 0)
        share = check_number("gain", gain, 0.0)
        wanted = self._best
        if math.isfinite(wanted):
            wanted += share * abs(wanted)
        if best_fitness > wanted:
            self._best, self._since = float(best_fitness), now
        return now - self._since

    def forget(self, generation: int) -> None:
        """Begin anew: the next score of generation ``generation`` or later is a gain."""
        self._best, self._since = -math.inf, check_integer("generation", generation, 0)
