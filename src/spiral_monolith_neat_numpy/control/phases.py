"""Phased search: networks grow until growing does not help, then shrink until that ends too.

After Green (2004), Phased Searching with NEAT. Growth is held by a ceiling on the mean complexity
that moves with each turn, so that structure which earns nothing is taken away again.
"""

import math
from typing import Literal, TypeAlias

from spiral_monolith_neat_numpy.control.stall import StallWatch
from spiral_monolith_neat_numpy.errors import check_integer, check_number

Phase: TypeAlias = Literal["complexify", "simplify"]


class PhasedSearch:
    """Says whether a population is to grow or to shrink.

    It grows until its mean complexity is above the ceiling while the best score has not gained for
    ``patience`` generations. It shrinks until its complexity has not fallen below its lowest
    for ``patience`` generations; then the ceiling is ``room`` above what is left.

    Attributes:
        phase: "complexify" or "simplify".
        ceiling: mean complexity above which growing may end; None before the first update.

    >>> phased = PhasedSearch()
    >>> [phased.update(c, 1.0, g, room=2.0, patience=1) for g, c in enumerate([4, 7, 6, 6])]
    ['complexify', 'simplify', 'simplify', 'complexify']
    >>> phased.ceiling
    8.0
    """

    __slots__ = ("_lowest", "_since", "_watch", "ceiling", "phase")

    def __init__(self) -> None:
        """Begin to grow, with nothing seen."""
        self.phase: Phase = "complexify"
        self.ceiling: float | None = None
        self._watch = StallWatch()
        self._lowest, self._since = math.inf, 0

    def update(
        self, complexity: float, best_fitness: float, generation: int, room: float, patience: int
    ) -> Phase:
        """Return the phase of the next generation.

        Args:
            complexity: mean complexity of the population, >= 0, in any unit.
            best_fitness: best score of the generation; -inf for none.
            generation: its number, from 0.
            room: distance of a new ceiling from the complexity, in its unit, >= 0.
            patience: generations without a gain, or without a fall, that end a phase, >= 1.

        Raises:
            TypeError, ValueError: a value of another type or out of range.
        """
        value = check_number("complexity", complexity, 0.0)
        above = check_number("room", room, 0.0)
        most = check_integer("patience", patience, 1)
        waited = self._watch.update(best_fitness, generation, 0.0)
        if self.ceiling is None:
            self.ceiling = value + above
        if self.phase == "complexify":
            if value > self.ceiling and waited >= most:
                self.phase = "simplify"
                self._lowest, self._since = value, generation
        elif value < self._lowest:
            self._lowest, self._since = value, generation
        elif generation - self._since >= most:
            self.phase = "complexify"
            self.ceiling = value + above
            self._watch.forget(generation)
        return self.phase

    def forget(self, generation: int) -> None:
        """Begin anew with the population of generation ``generation``."""
        self.__init__()  # type: ignore[misc]
        self._watch.forget(generation)
