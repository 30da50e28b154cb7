"""All genomes of a generation in a few packed arrays; a sequence of ``Genome`` views."""

import operator
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, SupportsIndex, overload

import numpy as np

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.errors import GenomeError, check_integer
from spiral_monolith_neat_numpy.genes.codes import INPUT, OUTPUT
from spiral_monolith_neat_numpy.genes.first import Start, first_genes
from spiral_monolith_neat_numpy.genes.gather import Packed, kernel_genomes
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.layered import Ends
from spiral_monolith_neat_numpy.genes.packed import Genes, check_layout
from spiral_monolith_neat_numpy.genes.record import Place
from spiral_monolith_neat_numpy.genes.table import PopulationTable, check_table
from spiral_monolith_neat_numpy.genes.validity import check_genome
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.layout import Genomes
from spiral_monolith_neat_numpy.kernels.rows import count_genes

__all__ = ["Population", "PopulationTable"]


class Population(Sequence[Genome]):
    """Genomes laid end to end.

    ``population[i]`` is a live view, made when asked. ``population[i] = genome`` takes a
    copy; views of row i made before keep the genome they showed. The packed arrays are
    built anew when they are next asked for after such an assignment, so take them from
    the population each time rather than hold on to them across one.

    Attributes:
        feed_forward: whether a genome assigned to a row must be free of cycles.
        on_structure: called with the genes of a genome before it is assigned to a row; what
            it raises refuses the genome. It does not travel in copies and pickles.
    """

    def __init__(
        self,
        node_offset: IntArray,
        edge_offset: IntArray,
        genes: Genes,
        table: PopulationTable,
    ) -> None:
        """Take over packed arrays as they are.

        Args:
            node_offset: ``(n + 1,)`` int64; nodes of genome i are ``node_offset[i]`` up to
                ``node_offset[i + 1]``.
            edge_offset: ``(n + 1,)`` int64, the same for edges.
            genes: genes of all genomes, in order.
            table: one row per genome.

        Raises:
            ValueError: lengths or types that do not fit together.
        """
        check_layout(genes)
        check_table(table)
        _check_offsets("node_offset", node_offset, len(table), genes.n_nodes)
        _check_offsets("edge_offset", edge_offset, len(table), genes.n_edges)
        self._take(node_offset, edge_offset, genes, table)

    @classmethod
    def trusted(
        cls, node_offset: IntArray, edge_offset: IntArray, genes: Genes, table: PopulationTable
    ) -> "Population":
        """Return a population of arrays that breeding has just made, without looking at them."""
        made = cls.__new__(cls)
        made._take(node_offset, edge_offset, genes, table)
        return made

    def _take(
        self, node_offset: IntArray, edge_offset: IntArray, genes: Genes, table: PopulationTable
    ) -> None:
        self.feed_forward = True
        self.on_structure: Callable[[Genes], None] | None = None
        self._node_offset = node_offset
        self._edge_offset = edge_offset
        self._genes = genes
        self._table = table
        self._version = 0
        self._stamps: dict[int, int] = {}
        self._former: dict[tuple[int, int], Place] = {}
        self._assigned: dict[int, tuple[Genes, PopulationTable]] = {}
        self._kernel_form: Genomes | None = None

    @classmethod
    def from_genomes(cls, genomes: Iterable[Genome]) -> "Population":
        """Return a population with a copy of each genome; ``check_population`` checks it."""
        places = [genome.place() for genome in genomes]
        return cls(
            *_packed([place.genes for place in places]),
            PopulationTable.joined([place.table.row(place.row) for place in places]),
        )

    @classmethod
    def first(
        cls,
        n: int,
        num_inputs: int,
        num_outputs: int,
        output_activation: str = "sigmoid",
        seed: int = 0,
        sigma: float = 1.0,
    ) -> "Population":
        """Return a first generation: every input to every output, no hidden node.

        Nodes 0 to I - 1 are inputs (identity), I to I + O - 1 outputs; innovation i * O + o
        joins input i to output o. Biases are 0, weights normal(0, sigma) from the genome's
        own stream.

        Args:
            n: number of genomes, from 1; their ids are 0 to n - 1.
            num_inputs: I, from 1.
            num_outputs: O, from 1.
            output_activation: activation of the output nodes.
            seed: seed of the run.
            sigma: standard deviation of the weights, >= 0.

        Raises:
            ValueError: a value out of range.
        """
        check_integer("n", n, 1)
        ends = Ends(num_inputs, num_outputs, output_activation)
        return cls.started(first_genes(n, ends, Start(sigma), seed))

    @classmethod
    def started(cls, genomes: Packed) -> "Population":
        """Return a population of genomes that ``first.first_genes`` has drawn."""
        n = genomes.node_offset.size - 1
        return cls(*genomes, PopulationTable.fresh(np.arange(n, dtype=np.int64)))

    @property
    def packed(self) -> Genomes:
        """The packed genes in the form that kernels take; what is read-only is copied."""
        self._pack()
        if self._kernel_form is None:
            self._kernel_form = kernel_genomes(self._node_offset, self._edge_offset, self._genes)
        return self._kernel_form

    @property
    def node_offset(self) -> IntArray:
        """``(n + 1,)`` int64: where each genome's nodes begin, and the end."""
        self._pack()
        return self._node_offset

    @property
    def edge_offset(self) -> IntArray:
        """``(n + 1,)`` int64: where each genome's edges begin, and the end."""
        self._pack()
        return self._edge_offset

    @property
    def genes(self) -> Genes:
        """Genes of all genomes, end to end; parameters may be written in place."""
        self._pack()
        return self._genes

    @property
    def table(self) -> PopulationTable:
        """One row per genome, written in place."""
        self._pack()
        return self._table

    @property
    def version(self) -> int:
        """Changes whenever a genome may have moved in memory."""
        return self._version

    def place(self, index: int) -> Place:
        """Return where genome ``index`` (from 0) lives now."""
        stamp = self._stamps.get(index, 0)
        if index in self._assigned:
            genes, table = self._assigned[index]
            return Place(genes, table, 0, stamp)
        nodes = slice(self._node_offset[index], self._node_offset[index + 1])
        edges = slice(self._edge_offset[index], self._edge_offset[index + 1])
        return Place(self._genes.part(nodes, edges), self._table, index, stamp)

    def record(self, index: int) -> tuple[PopulationTable, int]:
        """Return the table and the row of it that hold the record of genome ``index``."""
        if index in self._assigned:
            return self._assigned[index][1], 0
        return self._table, index

    def stamp(self, index: int) -> int:
        """Return how often row ``index``, from 0, was given another genome."""
        return self._stamps.get(index, 0)

    def former(self, index: int, stamp: int) -> Place:
        """Return where the genome lives that row ``index`` held under an earlier stamp."""
        return self._former[index, stamp]

    def genes_of(self, index: SupportsIndex) -> Genes:
        """Return views on the arrays of one genome."""
        return self.place(self._row(index)).genes

    def n_hidden(self) -> IntArray:
        """Return ``(n,)`` int64, the number of hidden nodes of each genome."""
        return self.sizes()[0]

    def n_enabled(self) -> IntArray:
        """Return ``(n,)`` int64, the number of enabled edges of each genome."""
        return self.sizes()[1]

    def sizes(self) -> tuple[IntArray, IntArray]:
        """Return ``n_hidden()`` and ``n_enabled()``, counted in one pass."""
        hidden = np.empty(len(self), dtype=np.int64)
        enabled = np.empty(len(self), dtype=np.int64)
        direct(count_genes)(self.packed, hidden, enabled)
        return hidden, enabled

    def copy(self) -> "Population":
        """Return an equal population that shares nothing with this one, without the hook."""
        twin = Population(
            self.node_offset.copy(),
            self.edge_offset.copy(),
            self.genes.copy(),
            self.table.copy(),
        )
        twin.feed_forward = self.feed_forward
        twin._version = self._version
        return twin

    def __copy__(self) -> "Population":
        """Return ``copy()``: a copy never shares arrays."""
        return self.copy()

    def __len__(self) -> int:
        """Return the number of genomes."""
        return len(self._table)

    def __iter__(self) -> Iterator[Genome]:
        """Iterate over views of all genomes."""
        return (Genome.view(self, index) for index in range(len(self)))

    @overload
    def __getitem__(self, index: SupportsIndex) -> Genome: ...

    @overload
    def __getitem__(self, index: slice) -> list[Genome]: ...

    def __getitem__(self, index: SupportsIndex | slice) -> Genome | list[Genome]:
        """Return a live view on one genome, or a list of them."""
        if isinstance(index, slice):
            return [Genome.view(self, row) for row in range(*index.indices(len(self)))]
        return Genome.view(self, self._row(index))

    def __setitem__(self, index: SupportsIndex, genome: Genome) -> None:
        """Put a copy of ``genome`` into a row.

        Raises:
            TypeError: not a ``Genome``.
            GenomeError: a genome that breaks a law, or has other inputs or outputs than the
                genome it replaces. The population then stays as it was.
        """
        if not isinstance(genome, Genome):
            raise TypeError(f"population[{index!r}] must be set to a Genome, got {genome!r}")
        row = self._row(index)
        new = genome.copy().place()
        check_genome(new.genes, feed_forward=self.feed_forward)
        _check_ends(row, self.genes_of(row), new.genes)
        if self.on_structure is not None:
            self.on_structure(new.genes)
        if genome.is_view_of(self, row):
            return
        # A view made before goes on to show the genome that was there.
        before = self.place(row)
        self._former[row, before.stamp] = before
        self._assigned[row] = (new.genes, new.table)
        self._stamps[row] = before.stamp + 1
        self._version += 1

    def __repr__(self) -> str:
        """Return the sizes."""
        return (
            f"Population({len(self)} genomes, {self.genes.n_nodes} nodes, "
            f"{self.genes.n_edges} connections)"
        )

    def __getstate__(self) -> dict[str, Any]:
        """Return the packed arrays, contiguous, the mode and the version."""
        self._pack()  # by which the version grows
        return {
            "node_offset": self.node_offset,
            "edge_offset": self.edge_offset,
            "genes": self.genes,
            "table": self.table,
            "feed_forward": self.feed_forward,
            "version": self._version,
        }

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over the arrays of a pickle."""
        feed_forward, version = state.pop("feed_forward"), state.pop("version")
        Population.__init__(self, **state)
        self.feed_forward, self._version = feed_forward, version

    def _row(self, index: SupportsIndex) -> int:
        row, n = operator.index(index), len(self)
        if not -n <= row < n:
            raise IndexError(f"population index must be from {-n} to {n - 1}, got {row}")
        return row % n

    def _pack(self) -> None:
        """Build the packed arrays anew if rows were assigned since they were built."""
        if not self._assigned:
            return
        places = [self.place(index) for index in range(len(self))]
        packed = _packed([place.genes for place in places])
        table = self._table.copy()
        for row, (_, own) in self._assigned.items():
            for column, value in zip(table.arrays(), own.arrays(), strict=True):
                column[row] = value[0]
        self._node_offset, self._edge_offset, self._genes = packed
        self._table = table
        self._assigned = {}
        self._kernel_form = None
        self._version += 1


def _packed(parts: list[Genes]) -> tuple[IntArray, IntArray, Genes]:
    node_offset = np.cumsum([0] + [part.n_nodes for part in parts], dtype=np.int64)
    edge_offset = np.cumsum([0] + [part.n_edges for part in parts], dtype=np.int64)
    return node_offset, edge_offset, Genes.joined(parts)


def _check_offsets(name: str, offset: IntArray, n: int, total: int) -> None:
    if offset.shape != (n + 1,):
        raise ValueError(
            f"{name} must have shape ({n + 1},) for a table of {n} rows, got {offset.shape}"
        )
    if offset.dtype != np.int64:
        raise ValueError(f"{name} must be of type int64, got {offset.dtype.name}")
    if offset[0] != 0 or offset[-1] != total or (np.diff(offset) < 0).any():
        raise ValueError(f"{name} must rise from 0 to the number of genes, {total}, got {offset}")


def _check_ends(row: int, old: Genes, new: Genes) -> None:
    for kind, word in ((INPUT, "input"), (OUTPUT, "output")):
        wanted = old.node_id[old.node_kind == kind]
        found = new.node_id[new.node_kind == kind]
        if not np.array_equal(wanted, found):
            raise GenomeError(
                f"population[{row}] must keep the {word} nodes {wanted.tolist()}, "
                f"got {found.tolist()}"
            )
