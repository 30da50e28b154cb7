"""Work on a population that threads may share."""

from typing import Any, Protocol

from spiral_monolith_neat_numpy.kernels.ranges import NOTED, for_one


class Spread(Protocol):
    """Calls a kernel in every thread there is."""

    def __call__(self, n: int, least: int, kernel: Any, *arguments: Any) -> int:
        """Call ``kernel(ranges, *arguments)`` in each thread, and return when all is done.

        Args:
            n: number of items.
            least: how many of them take some ten microseconds; a thread takes no fewer at once.
            kernel: takes ranges of items until none is left (see ``kernels.ranges``).
            arguments: what it takes beside them, the same in all threads.

        Returns:
            The lowest item that it noted, or -1.
        """


def at_once(n: int, least: int, kernel: Any, *arguments: Any) -> int:
    """Do the whole work in this thread (see ``Spread``)."""
    ranges = for_one(n)
    kernel(ranges, *arguments)
    return int(ranges.words[NOTED])
