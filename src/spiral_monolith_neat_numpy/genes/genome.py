"""A genome: its genes, and what is known of it beside them.

A genome either owns its arrays or is a view on a row of a population. Through a view,
parameters and the row's fields write through; a structural edit first gives the genome
arrays of its own, so that the population stays as it was until ``population[i] = genome``.
"""

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from spiral_monolith_neat_numpy.errors import check_flag, check_integer, check_number
from spiral_monolith_neat_numpy.genes.codes import (
    HEADS,
    HIDDEN,
    REGEN_MODES,
    SEXES,
    code_of,
    name_of,
)
from spiral_monolith_neat_numpy.genes.gene import ConnectionGene, NodeGene
from spiral_monolith_neat_numpy.genes.mappings import ConnectionMap, NodeMap
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.table import NO_PARENT, PopulationTable

__all__ = ["ConnectionGene", "Genes", "Genome", "NodeGene", "Place"]

_MAX_INT64 = 2**63 - 1


class Place(NamedTuple):
    """Where a genome lives: its gene arrays, and its row of a table.

    ``stamp`` counts how often the population's row was given another genome.
    """

    genes: Genes
    table: PopulationTable
    row: int
    stamp: int


class Home(Protocol):
    """What a view needs of its population."""

    @property
    def version(self) -> int:
        """Changes whenever a place may have changed."""

    def place(self, index: int) -> Place:
        """Return where genome ``index`` lives now."""


class Genome:
    """Genes and record of one network.

    Two genomes are equal when all their values are. Copying and pickling give a genome
    with arrays of its own.

    Example:
        >>> genome = Genome(genome_id=7)
        >>> genome.nodes[0] = NodeGene(0, "input")
        >>> genome.nodes[1] = NodeGene(1, "output")
        >>> genome.connections[0] = ConnectionGene(0, 1, 0.5)
        >>> genome.connections[0].weight = 0.75
        >>> genome
        Genome(id=7, nodes=2, connections=1, fitness=None)
    """

    __slots__ = ("__weakref__", "_home", "_index", "_place", "_version")

    _home: Home | None
    _index: int
    _place: Place
    _version: int

    def __init__(self, genome_id: int = 0) -> None:
        """Make a genome without genes.

        Args:
            genome_id: its id, from 0.
        """
        identity = check_integer("genome_id", genome_id, 0, _MAX_INT64)
        table = PopulationTable.fresh(np.array([identity], dtype=np.int64))
        self._settle(Place(Genes.empty(), table, 0, 0))

    @classmethod
    def from_genes(cls, genes: Genes, genome_id: int = 0, head: str = "plain") -> "Genome":
        """Return a genome with a copy of ``genes``; ``validity.check_genome`` checks them."""
        genome = cls(genome_id)
        genome._place = genome._place._replace(genes=genes.copy())
        genome.head = head
        return genome

    @classmethod
    def from_row(cls, genes: Genes, table: PopulationTable) -> "Genome":
        """Return a genome that takes over ``genes`` and a table of one row as they are."""
        genome = cls.__new__(cls)
        genome._settle(Place(genes, table, 0, 0))
        return genome

    @classmethod
    def view(cls, home: Home, index: int) -> "Genome":
        """Return a view on genome ``index`` of a population."""
        genome = cls.__new__(cls)
        genome._home = home
        genome._index = index
        genome._version = home.version
        genome._place = home.place(index)
        return genome

    def place(self) -> Place:
        """Return where the genome lives now."""
        if self._home is not None and self._home.version != self._version:
            self._follow(self._home)
        return self._place

    @property
    def is_view(self) -> bool:
        """Whether writes go to a population."""
        self.place()
        return self._home is not None

    @property
    def genes(self) -> Genes:
        """The genes as arrays; writing parameters into them writes into the genome."""
        return self.place().genes

    @property
    def nodes(self) -> NodeMap:
        """Node id to ``NodeGene``."""
        return NodeMap(self)

    @property
    def connections(self) -> ConnectionMap:
        """Innovation to ``ConnectionGene``."""
        return ConnectionMap(self)

    @property
    def n_hidden(self) -> int:
        """Number of hidden nodes."""
        return int(np.count_nonzero(self.genes.node_kind == HIDDEN))

    @property
    def n_enabled(self) -> int:
        """Number of enabled connections."""
        return int(np.count_nonzero(self.genes.edge_enabled))

    @property
    def id(self) -> int:
        """Id, from 0."""
        _, table, row, _ = self.place()
        return int(table.id[row])

    @id.setter
    def id(self, value: int) -> None:
        _, table, row, _ = self.place()
        table.id[row] = check_integer("id", value, 0, _MAX_INT64)

    @property
    def fitness(self) -> float | None:
        """Score, or None when there is none; a score of NaN reads as None."""
        _, table, row, _ = self.place()
        score = float(table.fitness[row])
        return None if math.isnan(score) else score

    @fitness.setter
    def fitness(self, value: float | None) -> None:
        _, table, row, _ = self.place()
        no_score = value is None or _is_nan(value)
        table.fitness[row] = math.nan if no_score else check_number("fitness", value)

    @property
    def sex(self) -> str:
        """One of ``codes.SEXES``."""
        _, table, row, _ = self.place()
        return name_of("sex", int(table.sex[row]), SEXES)

    @sex.setter
    def sex(self, value: str) -> None:
        _, table, row, _ = self.place()
        table.sex[row] = code_of("sex", value, SEXES)

    @property
    def regen(self) -> bool:
        """Whether it was born by regeneration."""
        _, table, row, _ = self.place()
        return bool(table.regen[row])

    @regen.setter
    def regen(self, value: bool) -> None:
        _, table, row, _ = self.place()
        table.regen[row] = check_flag("regen", value)

    @property
    def regen_mode(self) -> str:
        """One of ``codes.REGEN_MODES``."""
        _, table, row, _ = self.place()
        return name_of("regen_mode", int(table.regen_mode[row]), REGEN_MODES)

    @regen_mode.setter
    def regen_mode(self, value: str) -> None:
        _, table, row, _ = self.place()
        table.regen_mode[row] = code_of("regen_mode", value, REGEN_MODES)

    @property
    def hybrid_scale(self) -> float:
        """Factor on fitness outside ``vanilla``, finite and >= 0."""
        _, table, row, _ = self.place()
        return float(table.hybrid_scale[row])

    @hybrid_scale.setter
    def hybrid_scale(self, value: float) -> None:
        _, table, row, _ = self.place()
        table.hybrid_scale[row] = check_number("hybrid_scale", value, 0.0, sys.float_info.max)

    @property
    def head(self) -> str:
        """How outputs become predictions: one of ``codes.HEADS``."""
        _, table, row, _ = self.place()
        return name_of("head", int(table.head[row]), HEADS)

    @head.setter
    def head(self, value: str) -> None:
        _, table, row, _ = self.place()
        table.head[row] = code_of("head", value, HEADS)

    @property
    def parents(self) -> tuple[int, ...]:
        """Ids of the parents: none, one, or mother and father."""
        _, table, row, _ = self.place()
        both = (int(table.mother[row]), int(table.father[row]))
        return tuple(parent for parent in both if parent != NO_PARENT)

    @parents.setter
    def parents(self, value: Sequence[int]) -> None:
        if len(value) > 2:
            raise ValueError(f"parents must be at most two ids, got {value!r}")
        ids = [check_integer("parents", parent, 0, _MAX_INT64) for parent in value]
        _, table, row, _ = self.place()
        table.mother[row], table.father[row] = (*ids, NO_PARENT, NO_PARENT)[:2]

    @property
    def birth_generation(self) -> int:
        """Generation of birth, from 0."""
        _, table, row, _ = self.place()
        return int(table.birth[row])

    @birth_generation.setter
    def birth_generation(self, value: int) -> None:
        _, table, row, _ = self.place()
        table.birth[row] = check_integer("birth_generation", value, 0, _MAX_INT64)

    def copy(self) -> "Genome":
        """Return an equal genome that shares nothing with this one."""
        genes, table, row, _ = self.place()
        return Genome.from_row(genes.copy(), table.row(row))

    def edit_structure(self, edit: Callable[[Genes], Genes]) -> None:
        """Replace the genes by ``edit`` of them, leaving the population of a view as it is."""
        genes = edit(self.genes)
        if self.is_view:
            self._settle(self.copy()._place)
            genes = genes.copy()
        self._place = self._place._replace(genes=genes)

    def __copy__(self) -> "Genome":
        """Return ``copy()``: a copy never shares arrays."""
        return self.copy()

    def __deepcopy__(self, memo: object) -> "Genome":
        """Return ``copy()``."""
        return self.copy()

    def __reduce__(self) -> tuple[Any, ...]:
        """Pickle as a genome with arrays of its own."""
        genes, table, row, _ = self.place()
        return (Genome.from_row, (genes, table.row(row)))

    def __eq__(self, other: object) -> bool:
        """Whether all genes and all fields of the record are the same."""
        if not isinstance(other, Genome):
            return NotImplemented
        genes, table, row, _ = self.place()
        their_genes, their_table, their_row, _ = other.place()
        return genes == their_genes and table.row(row) == their_table.row(their_row)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        """Return id, sizes and fitness."""
        return (
            f"Genome(id={self.id}, nodes={self.genes.n_nodes}, "
            f"connections={self.genes.n_edges}, fitness={self.fitness})"
        )

    def _settle(self, place: Place) -> None:
        self._home = None
        self._index = 0
        self._version = 0
        self._place = place

    def _follow(self, home: Home) -> None:
        place = home.place(self._index)
        if place.stamp == self._place.stamp:
            self._place, self._version = place, home.version
        else:  # the row holds another genome now: keep this one
            genes, table, row, _ = self._place
            self._settle(Place(genes.copy(), table.row(row), 0, 0))


def _is_nan(value: object) -> bool:
    return isinstance(value, (float, np.floating)) and math.isnan(value)
