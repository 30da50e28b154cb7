"""A population in shared memory: one segment that workers read, one that they write.

The structure of the genomes lies in the first. Parameters, rows of the table, scores and the state
of the work lie in the second: a fitness that trains a genome writes its weights where the parent
finds them. The parent's own arrays are not touched until all is done. The packed fitness has a
third segment, a new one for each fitness.
"""

import math
from dataclasses import dataclass

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.evaluation.parameters import (
    GENE_PARAMETERS,
    ROW_PARAMETERS,
    parameters_of,
)
from spiral_monolith_neat_numpy.evaluation.segments import Segment, attach
from spiral_monolith_neat_numpy.genes.packed import GENE_DTYPES, Genes
from spiral_monolith_neat_numpy.genes.population import Population, PopulationTable

NOT_DONE, DONE, FAILED = range(3)  # states of a genome
NOBODY = -1  # what a worker is at when it is at no genome
_STRUCTURE = tuple(name for name in GENE_DTYPES if name not in GENE_PARAMETERS)
_ALIGNMENT = 64
_WHAT = "the population"


@dataclass(frozen=True)
class Shape:
    """How much lies in the two segments.

    Attributes:
        n: genomes.
        n_nodes: nodes of all of them.
        n_edges: edges of all of them.
        n_slots: workers there may be.
        n_bytes: of the packed fitness, which lies in a segment of its own.
    """

    n: int
    n_nodes: int
    n_edges: int
    n_slots: int
    n_bytes: int


@dataclass(frozen=True)
class Place:
    """Where a worker finds a board; small.

    Attributes:
        read: name of the segment that workers read.
        written: name of the one that they write.
        fitness: name of the segment of the packed fitness, another one for each fitness.
        shape: what lies there.
        feed_forward: whether the genomes are free of cycles.
    """

    read: str
    written: str
    fitness: str
    shape: Shape
    feed_forward: bool


class Desk:
    """The arrays of a board, in whichever process.

    Attributes:
        population: the genomes, on these arrays.
        limit: ``(1,)`` int64: genomes from this place on need no score any more.
        current: ``(n_slots,)`` int64: the place of the genome that each worker is at.
        began: ``(n_slots,)`` float64: since when, in seconds of the monotonic clock.
        order: ``(n,)`` int64: the places of the genomes in the order in which they are handed out.
        state: ``(n,)`` int8: ``NOT_DONE``, ``DONE`` or ``FAILED``.
        scores: ``(n,)`` float64, of those that are done.
    """

    def __init__(self, place: Place) -> None:
        """Map a board's segments."""
        shape = place.shape
        read = _arrays(place.read, _read_layout(shape))
        written = _arrays(place.written, _written_layout(shape))
        self.limit, self.current = written["limit"], written["current"]
        self.began, self.order = written["began"], written["order"]
        self.state, self.scores = written["state"], written["scores"]
        genes = {name: (read if name in read else written)[name] for name in GENE_DTYPES}
        columns = [written[_column(name)] for name in ROW_PARAMETERS]
        self.population = Population.trusted(
            read["node_offset"], read["edge_offset"], Genes(**genes), PopulationTable(*columns)
        )
        self.population.feed_forward = place.feed_forward


def read_fitness(place: Place) -> bytes:
    """Return the packed fitness that belongs to a board.

    Raises:
        FileNotFoundError: another one has taken its place since.
    """
    size = place.shape.n_bytes
    mapping = attach(place.fitness, max(1, size), readonly=True, what="the fitness")
    with mapping:
        return mapping[:size]


class Board:
    """The parent's side: lays a population out, restores genomes, takes results home."""

    def __init__(self) -> None:
        """Begin without segments; they are made when first needed, and kept."""
        self._read: Segment | None = None
        self._written: Segment | None = None
        self._fitness: tuple[bytes, Segment] | None = None
        self._population: Population | None = None

    def lay_out(self, population: Population, fitness: bytes, n_slots: int) -> tuple[Place, Desk]:
        """Copy a population into shared memory.

        Args:
            population: its genomes; it is not changed.
            fitness: the packed fitness.
            n_slots: workers there may be at once.

        Returns:
            What workers must know, and the arrays here.

        Raises:
            OSError: no room left in shared memory.
        """
        genes, table = population.genes, population.table
        shape = Shape(len(population), genes.n_nodes, genes.n_edges, n_slots, len(fitness))
        self._read = _large_enough(self._read, _size(_read_layout(shape)))
        self._written = _large_enough(self._written, _size(_written_layout(shape)))
        place = Place(
            self._read.name,
            self._written.name,
            self._put_down(fitness),
            shape,
            population.feed_forward,
        )
        desk = Desk(place)
        desk.limit[0] = shape.n
        desk.current[:] = NOBODY
        desk.state[:] = NOT_DONE
        twin = desk.population
        twin.node_offset[:], twin.edge_offset[:] = population.node_offset, population.edge_offset
        for mine, theirs in zip(genes.arrays(), twin.genes.arrays(), strict=True):
            theirs[:] = mine
        for mine, theirs in zip(table.arrays(), twin.table.arrays(), strict=True):
            theirs[:] = mine
        self._population = population
        return place, desk

    def _put_down(self, fitness: bytes) -> str:
        """Return the segment of a fitness, which is never written again: some may read it late."""
        if self._fitness is not None and self._fitness[0] == fitness:
            return self._fitness[1].name
        segment = Segment(max(1, len(fitness)), "the fitness")
        mapping = attach(segment.name, segment.size, readonly=False, what="the fitness")
        mapping[: len(fitness)] = fitness
        mapping.close()
        if self._fitness is not None:
            self._fitness[1].unlink()
        self._fitness = fitness, segment
        return segment.name

    def restore(self, desk: Desk, index: int) -> None:
        """Give a genome the parameters back that it had, whatever a worker did to them."""
        population = _of(self._population)
        _copy(population, desk.population, index, index + 1)

    def take_home(self, desk: Desk) -> None:
        """Write the parameters that the fitness left into the population."""
        population = _of(self._population)
        _copy(desk.population, population, 0, len(population))
        self._population = None

    def close(self) -> None:
        """Let go of the segments."""
        fitness = None if self._fitness is None else self._fitness[1]
        for segment in (self._read, self._written, fitness):
            if segment is not None:
                segment.unlink()
        self._read = self._written = self._fitness = self._population = None


_Layout = dict[str, tuple[np.dtype[np.generic], int]]


def _read_layout(shape: Shape) -> _Layout:
    layout: _Layout = {
        "node_offset": (np.dtype(np.int64), shape.n + 1),
        "edge_offset": (np.dtype(np.int64), shape.n + 1),
    }
    return layout | {name: _gene_array(name, shape) for name in _STRUCTURE}


def _written_layout(shape: Shape) -> _Layout:
    layout: _Layout = {
        "limit": (np.dtype(np.int64), 1),
        "current": (np.dtype(np.int64), shape.n_slots),
        "began": (np.dtype(np.float64), shape.n_slots),
        "order": (np.dtype(np.int64), shape.n),
        "state": (np.dtype(np.int8), shape.n),
        "scores": (np.dtype(np.float64), shape.n),
    }
    layout |= {name: _gene_array(name, shape) for name in GENE_PARAMETERS}
    table = PopulationTable.unset(0)
    return layout | {
        _column(name): (getattr(table, name).dtype, shape.n) for name in ROW_PARAMETERS
    }


def _gene_array(name: str, shape: Shape) -> tuple[np.dtype[np.generic], int]:
    n = shape.n_nodes if name.startswith("node_") else shape.n_edges
    return np.dtype(GENE_DTYPES[name]), n


def _column(name: str) -> str:
    return f"table_{name}"


def _size(layout: _Layout) -> int:
    return max(1, sum(_padded(dtype.itemsize * n) for dtype, n in layout.values()))


def _padded(size: int) -> int:
    return math.ceil(size / _ALIGNMENT) * _ALIGNMENT


def _arrays(name: str, layout: _Layout) -> dict[str, AnyArray]:
    mapping = attach(name, _size(layout), readonly=False, what=_WHAT)
    arrays, offset = {}, 0
    for key, (dtype, n) in layout.items():
        arrays[key] = np.frombuffer(mapping, dtype, n, offset if n else 0)
        offset += _padded(dtype.itemsize * n)
    return arrays


def _large_enough(segment: Segment | None, size: int) -> Segment:
    """Return the segment, or where it is too small a new one with room to grow."""
    if segment is not None and segment.size >= size:
        return segment
    if segment is not None:
        segment.unlink()
    return Segment(size + size // 2, _WHAT)


def _of(population: Population | None) -> Population:
    if population is None:
        raise RuntimeError("no population is laid out")
    return population


def _copy(source: Population, target: Population, begin: int, end: int) -> None:
    """Write the parameters of some genomes into their twins."""
    into = parameters_of(target, begin, end)
    for name, array in parameters_of(source, begin, end).items():
        into[name][:] = array
