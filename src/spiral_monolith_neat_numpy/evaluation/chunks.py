"""In what portions the genomes of a generation are handed out to workers."""

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.genes.population import Population

_SHARE = 3  # a portion is at most this part of what each worker would still get
_LEAST = 64  # and at least this part of all of it: the number of portions has a limit


def estimated_costs(population: Population) -> FloatArray:
    """Return ``(n,)``: the genes of each genome, and some for what each takes at least."""
    genes = np.diff(population.node_offset) + np.diff(population.edge_offset)
    return genes + 10.0


class Portions:
    """Genomes still to be handed out, the costly ones first and in ever smaller portions.

    So that the workers end at nearly the same time: a large genome comes while there is work for
    the others, and at the end little hangs on each portion.
    """

    def __init__(self, costs: FloatArray, workers: int) -> None:
        """Take the estimated cost of every genome, > 0, and the number of workers."""
        self._workers = workers
        self._order = np.argsort(-costs, kind="stable")
        self._until = np.cumsum(costs[self._order])  # cost up to and with each place
        self._next = 0
        self._returned: list[int] = []

    def __len__(self) -> int:
        """Return how many genomes are left."""
        return self._order.size - self._next + len(self._returned)

    def take(self) -> IntArray:
        """Return the next portion, ``(k,)`` places in the population; k = 0 at the end."""
        if self._returned:
            portion, self._returned = self._returned, []
            return np.array(portion, dtype=np.int64)
        if self._next == self._order.size:
            return np.empty(0, np.int64)
        total = self._until[-1]
        done = self._until[self._next - 1] if self._next else 0.0
        cost = max((total - done) / _SHARE, total / _LEAST) / self._workers
        end = int(np.searchsorted(self._until, done + cost, side="right"))
        begin, self._next = self._next, max(self._next + 1, end)
        return self._order[begin : self._next]

    def put_back(self, indices: list[int]) -> None:
        """Take back what was handed out and not done; it is the next to go."""
        self._returned += indices

    def drop_above(self, index: int) -> None:
        """Forget the genomes behind ``index``: what comes of them does not matter any more."""
        self._returned = [one for one in self._returned if one < index]
        left = self._order[self._next :]
        keep = left < index
        costs = np.diff(self._until, prepend=0.0)[self._next :]
        self._order, self._until, self._next = left[keep], np.cumsum(costs[keep]), 0
