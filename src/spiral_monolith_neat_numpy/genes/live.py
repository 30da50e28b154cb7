"""What node and connection genes share: living in a genome's arrays, or alone."""

from abc import ABC, abstractmethod
from typing import Any, NoReturn, Protocol, Self

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.genes.packed import Genes, find

MAX_ID = 2**31 - 1  # two ids fit one int64 key (see innovation)


class GeneOwner(Protocol):
    """What a gene needs of the genome it belongs to."""

    @property
    def genes(self) -> Genes:
        """The genome's present arrays."""


class LiveGene(ABC):
    """A gene at one index of some arrays: its own, or those of the genome that owns it."""

    __slots__ = ("_genes", "_index", "_owner")

    _genes: Genes
    _index: int
    _owner: GeneOwner | None

    @classmethod
    def bound(cls, owner: GeneOwner, genes: Genes, index: int) -> Self:
        """Return a view on gene ``index`` of ``genes``, the present arrays of ``owner``."""
        gene = cls.__new__(cls)
        gene._owner, gene._genes, gene._index = owner, genes, index
        return gene

    @abstractmethod
    def values(self) -> tuple[Any, ...]:
        """Return the arguments that make an equal gene."""

    @staticmethod
    @abstractmethod
    def _keys(genes: Genes) -> IntArray:
        """Return the keys of such genes in a genome, sorted."""

    @staticmethod
    @abstractmethod
    def _cut(genes: Genes, at: slice) -> Genes:
        """Return views on such genes alone."""

    def place(self) -> tuple[Genes, int]:
        """Return the arrays that hold this gene now, and where in them."""
        if self._owner is not None:
            genes = self._owner.genes
            if genes is not self._genes:
                self._follow(genes)
        return self._genes, self._index

    def join(self, owner: GeneOwner) -> None:
        """Become a view on the gene of that key in ``owner``, unless a genome has it already."""
        if self._owner is None:
            self._owner = owner

    def _follow(self, genes: Genes) -> None:
        index = find(self._keys(genes), int(self._keys(self._genes)[self._index]))
        if index < 0:  # removed from its genome: stand alone with the last values
            at = slice(self._index, self._index + 1)
            self._owner, self._genes, self._index = None, self._cut(self._genes, at).copy(), 0
        else:
            self._genes, self._index = genes, index

    def __eq__(self, other: object) -> bool:
        """Whether it is a gene of the same sort with the same values."""
        if not isinstance(other, type(self)):
            return NotImplemented
        return self.values() == other.values()

    __hash__ = None  # type: ignore[assignment]

    def __reduce__(self) -> tuple[Any, ...]:
        """Copy and pickle as a gene that stands alone."""
        return (type(self), self.values())

    def _refuse(self, name: str, value: object) -> NoReturn:
        kind = type(self).__name__
        raise AttributeError(
            f"the {name} of a {kind} is fixed ({value!r}); put a new {kind} into the genome instead"
        )
