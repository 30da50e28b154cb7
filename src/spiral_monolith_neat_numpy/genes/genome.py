"""A genome: its genes, and what is known of it beside them.

A genome either owns its arrays or is a view on a row of a population. Through a view,
parameters and the row's fields write through; a structural edit first gives the genome
arrays of its own, so that the population stays as it was until ``population[i] = genome``.
"""

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import numpy as np

from spiral_monolith_neat_numpy.errors import check_integer
from spiral_monolith_neat_numpy.genes.codes import HEADS, HIDDEN, REGEN_MODES, SEXES
from spiral_monolith_neat_numpy.genes.gather import pack_genes
from spiral_monolith_neat_numpy.genes.gene import ConnectionGene, NodeGene
from spiral_monolith_neat_numpy.genes.mappings import ConnectionMap, NodeMap
from spiral_monolith_neat_numpy.genes.packed import Genes, check_layout
from spiral_monolith_neat_numpy.genes.record import (
    MAX_INT64,
    Place,
    factor_field,
    flag_field,
    integer_field,
    name_field,
    score_field,
)
from spiral_monolith_neat_numpy.genes.table import NO_PARENT, PopulationTable
from spiral_monolith_neat_numpy.kernels.layout import Genomes

__all__ = ["ConnectionGene", "Genes", "Genome", "NodeGene"]


class Home(Protocol):
    """What a view needs of its population."""

    @property
    def version(self) -> int:
        """Changes whenever a place may have changed."""

    @property
    def packed(self) -> Genomes:
        """All genomes' genes in the form that kernels take."""

    def place(self, index: int) -> Place:
        """Return where genome ``index`` lives now."""

    def former(self, index: int, stamp: int) -> Place:
        """Return where the genome lives that row ``index`` held under an earlier stamp."""

    def stamp(self, index: int) -> int:
        """Return how often row ``index`` was given another genome."""

    def record(self, index: int) -> tuple[PopulationTable, int]:
        """Return the table and the row of it that hold the record of genome ``index``."""


class Genome:
    """Genes and record of one network.

    Two genomes are equal when all their values are. Copying and pickling give a genome
    with arrays of its own.

    Attributes:
        id: id, from 0.
        fitness: score, or None when there is none; a score of NaN reads as None.
        sex: one of ``codes.SEXES``.
        regen: whether it was born by regeneration.
        regen_mode: one of ``codes.REGEN_MODES``.
        hybrid_scale: factor on fitness outside ``vanilla``, finite and >= 0.
        head: how outputs become predictions: one of ``codes.HEADS``.
        birth_generation: generation of birth, from 0.

    Example:
        >>> genome = Genome(genome_id=7)
        >>> genome.nodes[0] = NodeGene(0, "input")
        >>> genome.nodes[1] = NodeGene(1, "output")
        >>> genome.connections[0] = ConnectionGene(0, 1, 0.5)
        >>> genome.connections[0].weight = 0.75
        >>> genome
        Genome(id=7, nodes=2, connections=1, fitness=None)
    """

    __slots__ = ("__weakref__", "_home", "_index", "_place", "_stamp", "_version")

    _home: Home | None
    _index: int
    _place: Place | None  # a view's is looked up when it is first asked for
    _stamp: int
    _version: int

    id = integer_field("id")
    fitness = score_field("fitness")
    sex = name_field("sex", SEXES)
    regen = flag_field("regen")
    regen_mode = name_field("regen_mode", REGEN_MODES)
    hybrid_scale = factor_field("hybrid_scale")
    head = name_field("head", HEADS)
    birth_generation = integer_field("birth")

    def __init__(self, genome_id: int = 0) -> None:
        """Make a genome without genes.

        Args:
            genome_id: its id, from 0.
        """
        identity = check_integer("genome_id", genome_id, 0, MAX_INT64)
        table = PopulationTable.fresh(np.array([identity], dtype=np.int64))
        self._settle(Genes.empty(), table)

    @classmethod
    def from_genes(cls, genes: Genes, genome_id: int = 0, head: str = "plain") -> "Genome":
        """Return a genome with a copy of ``genes``.

        Lengths and types are checked here, the laws of structure by ``check_genome``.
        """
        genome = cls(genome_id)
        genome.head = head
        own = genes.copy()
        check_layout(own)
        genome._settle(own, genome.place().table)
        return genome

    @classmethod
    def from_row(cls, genes: Genes, table: PopulationTable) -> "Genome":
        """Return a genome that takes over ``genes`` and a table of one row as they are."""
        genome = cls.__new__(cls)
        genome._settle(genes, table)
        return genome

    @classmethod
    def view(cls, home: Home, index: int) -> "Genome":
        """Return a view on genome ``index``, from 0, of a population."""
        genome = cls.__new__(cls)
        genome._home = home
        genome._index = index
        genome._version = home.version
        genome._stamp = home.stamp(index)
        genome._place = None
        return genome

    def place(self) -> Place:
        """Return where the genome lives now."""
        home, place = self._home, self._place
        if home is not None and (place is None or home.version != self._version):
            place = self._follow(home)
        assert place is not None, "a genome that is no view owns its place"
        return place

    def record(self) -> tuple[PopulationTable, int]:
        """Return the table and the row of it that hold all but the genes."""
        if self._home is not None and self._home.stamp(self._index) == self._stamp:
            return self._home.record(self._index)
        _, table, row, _ = self.place()
        return table, row

    def packed(self) -> tuple[Genomes, int]:
        """Return packed genes in the form that kernels take, and the place among them."""
        if self._home is not None and self._home.stamp(self._index) == self._stamp:
            return self._home.packed, self._index
        return pack_genes(self.genes), 0

    @property
    def is_view(self) -> bool:
        """Whether writes go to a population."""
        home = self._home
        return home is not None and home.stamp(self._index) == self._stamp

    def is_view_of(self, home: Home, index: int) -> bool:
        """Return whether writes go to genome ``index``, from 0, of that population."""
        return self.is_view and self._home is home and self._index == index

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
    def parents(self) -> tuple[int, ...]:
        """Ids of the parents: none, one, or mother and father."""
        table, row = self.record()
        both = (int(table.mother[row]), int(table.father[row]))
        return tuple(parent for parent in both if parent != NO_PARENT)

    @parents.setter
    def parents(self, value: Sequence[int]) -> None:
        if len(value) > 2:
            raise ValueError(f"parents must be at most two ids, got {value!r}")
        ids = [check_integer("parents", parent, 0, MAX_INT64) for parent in value]
        table, row = self.record()
        table.mother[row], table.father[row] = (*ids, NO_PARENT, NO_PARENT)[:2]

    def copy(self) -> "Genome":
        """Return an equal genome that shares nothing with this one."""
        genes, table, row, _ = self.place()
        return Genome.from_row(genes.copy(), table.row(row))

    def edit_structure(self, edit: Callable[[Genes], Genes]) -> None:
        """Replace the genes by ``edit`` of them, leaving the population of a view as it is."""
        genes, table, row, _ = self.place()
        edited = edit(genes)
        if self._home is None:
            self._settle(edited, table)
        else:
            self._settle(edited.copy(), table.row(row))

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

    def _settle(self, genes: Genes, table: PopulationTable) -> None:
        """Live in arrays and a table of one row that nothing else uses."""
        self._home = None
        self._index = self._version = self._stamp = 0
        self._place = Place(genes, table, 0, 0)

    def _follow(self, home: Home) -> Place | None:
        """Take up the new place in the population, or leave it if the row was given away."""
        if home.stamp(self._index) == self._stamp:
            self._place, self._version = home.place(self._index), home.version
        else:
            known = self._place
            genes, table, row, _ = home.former(self._index, self._stamp) if known is None else known
            self._settle(genes.copy(), table.row(row))
        return self._place
