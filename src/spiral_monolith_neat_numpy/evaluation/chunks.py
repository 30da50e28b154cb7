"""In what portions the genomes of a generation are handed out to workers."""

import math
from collections import deque
from typing import TypeAlias

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray
from spiral_monolith_neat_numpy.genes.population import Population

_SHARE = 3  # a portion is at most this part of what each worker would still get
_LEAST = 64  # and at least this part of all of it: the number of portions has a limit

Portion: TypeAlias = tuple[int, int]  # from where up to where in the order of the genomes


def estimated_costs(population: Population) -> FloatArray:
    """Return ``(n,)``: the genes of each genome, and some for what each takes at least."""
    genes = np.diff(population.node_offset) + np.diff(population.edge_offset)
    return genes + 10.0


class Portions:
    """Genomes still to be handed out, the costly ones first and in ever smaller portions.

    So that the workers end at nearly the same time: a large genome comes while there is work for
    the others, and at the end little hangs on each portion. Their order is an array that workers
    read too, so that a portion is two numbers however many genomes it has.
    """

    def __init__(self, costs: FloatArray, workers: int, out_order: IntArray) -> None:
        """Put the genomes in their order.

        Args:
            costs: ``(n,)`` estimated cost of every genome, > 0.
            workers: how many there are.
            out_order: ``(n,)`` int64, is given the places of the genomes in the population.
        """
        self._workers = workers
        self._order = out_order
        self._order[:] = np.argsort(-costs, kind="stable")
        self._until = np.cumsum(costs[self._order])  # cost up to and with each place
        self._next = 0
        self._returned: deque[Portion] = deque()

    def __len__(self) -> int:
        """Return how many genomes are left."""
        return self._order.size - self._next + sum(end - begin for begin, end in self._returned)

    def take(self) -> Portion:
        """Return the next portion; there must be one."""
        if self._returned:
            return self._returned.popleft()
        done = self._until[self._next - 1] if self._next else 0.0
        total = self._until[-1]
        cost = max((total - done) / _SHARE, total / _LEAST) / self._workers
        end = int(np.searchsorted(self._until, done + cost, side="right"))
        begin, self._next = self._next, max(self._next + 1, end)
        return begin, self._next

    def genomes(self, portion: Portion) -> list[int]:
        """Return the places in the population of the genomes of a portion."""
        begin, end = portion
        found: list[int] = self._order[begin:end].tolist()
        return found

    def only(self, index: int) -> Portion:
        """Return a portion of the genome at one place in the population."""
        at = int(np.flatnonzero(self._order == index)[0])
        return at, at + 1

    def put_back(self, portion: Portion, left: list[int]) -> None:
        """Take back a portion that nobody works at any more.

        Args:
            portion: where in the order; it is put in another order within.
            left: those of its genomes that are not done; a piece for each worker, they go next.
        """
        begin, end = portion
        rest = [index for index in self.genomes(portion) if index not in set(left)]
        self._order[begin:end] = left + rest
        size = max(1, math.ceil(len(left) / self._workers))
        for start in range(0, len(left), size):
            stop = min(start + size, len(left))
            self._returned.append((begin + start, begin + stop))
