"""The genes of a genome as mappings: node id to node, innovation to connection."""

from collections.abc import Callable, Iterator, MutableMapping
from dataclasses import replace
from typing import Any, Protocol

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, IntArray
from spiral_monolith_neat_numpy.genes.gene import ConnectionGene, NodeGene
from spiral_monolith_neat_numpy.genes.packed import EDGE_FIELDS, NODE_FIELDS, Genes, find


class EditableGenome(Protocol):
    """What the mappings need of their genome."""

    @property
    def genes(self) -> Genes:
        """The genome's present arrays."""

    def edit_structure(self, edit: Callable[[Genes], Genes]) -> None:
        """Replace the arrays by what ``edit`` makes of them, in arrays of the genome's own."""


class NodeMap(MutableMapping[int, NodeGene]):
    """Node id to ``NodeGene``, in the order of ids; made anew at each access."""

    __slots__ = ("_genome",)

    def __init__(self, genome: EditableGenome) -> None:
        """View the nodes of ``genome``."""
        self._genome = genome

    def __len__(self) -> int:
        """Return the number of nodes."""
        return self._genome.genes.n_nodes

    def __iter__(self) -> Iterator[int]:
        """Iterate over the node ids."""
        return iter(self._genome.genes.node_id.tolist())

    def __contains__(self, key: object) -> bool:
        """Whether the genome has a node of that id."""
        return find(self._genome.genes.node_id, key) >= 0

    def __getitem__(self, key: int) -> NodeGene:
        """Return a live view on the node of that id."""
        genes = self._genome.genes
        return NodeGene.bound(self._genome, genes, _found(genes.node_id, key))

    def __setitem__(self, key: int, gene: NodeGene) -> None:
        """Put ``gene`` in under its own id.

        Over a node of the same type this writes parameters; anything else is structural.
        """
        if not isinstance(gene, NodeGene):
            raise TypeError(f"nodes[{key!r}] must be set to a NodeGene, got {gene!r}")
        node_id, node_type, bias, activation = gene.values()
        if key != node_id:
            raise ValueError(f"nodes[{key!r}] must be set to a gene with id {key!r}, got {gene!r}")
        if key not in self or self[key].type != node_type:
            source, index = gene.place()
            self._genome.edit_structure(lambda genes: _with_gene(genes, NODE_FIELDS, source, index))
        else:
            present = self[key]
            present.bias, present.activation = bias, activation
        gene.join(self._genome)

    def __delitem__(self, key: int) -> None:
        """Take the node of that id out; its connections stay and have to go too."""
        index = _found(self._genome.genes.node_id, key)
        self._genome.edit_structure(lambda genes: _without_gene(genes, NODE_FIELDS, index))

    def __repr__(self) -> str:
        """Return the nodes as a dict would show them."""
        return repr(dict(self))


class ConnectionMap(MutableMapping[int, ConnectionGene]):
    """Innovation to ``ConnectionGene``, in that order; made anew at each access."""

    __slots__ = ("_genome",)

    def __init__(self, genome: EditableGenome) -> None:
        """View the connections of ``genome``."""
        self._genome = genome

    def __len__(self) -> int:
        """Return the number of connections, enabled or not."""
        return self._genome.genes.n_edges

    def __iter__(self) -> Iterator[int]:
        """Iterate over the innovation numbers."""
        return iter(self._genome.genes.edge_innovation.tolist())

    def __contains__(self, key: object) -> bool:
        """Whether the genome has a connection of that number."""
        return find(self._genome.genes.edge_innovation, key) >= 0

    def __getitem__(self, key: int) -> ConnectionGene:
        """Return a live view on the connection of that number."""
        genes = self._genome.genes
        return ConnectionGene.bound(self._genome, genes, _found(genes.edge_innovation, key))

    def __setitem__(self, key: int, gene: ConnectionGene) -> None:
        """Put ``gene`` in under its own innovation number.

        Over a connection between the same nodes this writes parameters; anything else is
        structural.
        """
        if not isinstance(gene, ConnectionGene):
            raise TypeError(f"connections[{key!r}] must be set to a ConnectionGene, got {gene!r}")
        in_node, out_node, weight, enabled, innovation = gene.values()
        if key != innovation:
            raise ValueError(
                f"connections[{key!r}] must be set to a gene with innovation={key!r}, got {gene!r}"
            )
        present = self.get(key)
        if present is None or (present.in_node, present.out_node) != (in_node, out_node):
            source, index = gene.place()
            self._genome.edit_structure(lambda genes: _with_gene(genes, EDGE_FIELDS, source, index))
        else:
            present.weight, present.enabled = weight, enabled
        gene.join(self._genome)

    def __delitem__(self, key: int) -> None:
        """Take the connection of that number out."""
        index = _found(self._genome.genes.edge_innovation, key)
        self._genome.edit_structure(lambda genes: _without_gene(genes, EDGE_FIELDS, index))

    def __repr__(self) -> str:
        """Return the connections as a dict would show them."""
        return repr(dict(self))


def _found(ids: IntArray, key: object) -> int:
    index = find(ids, key)
    if index < 0:
        raise KeyError(key)
    return index


def _with_gene(genes: Genes, names: tuple[str, ...], source: Genes, index: int) -> Genes:
    """Return ``genes`` with gene ``index`` of ``source`` in its place among the sorted keys."""
    keys: IntArray = getattr(genes, names[0])
    key = getattr(source, names[0])[index]
    start = int(keys.searchsorted(key))
    stop = start + int(start < keys.size and keys[start] == key)
    changed: dict[str, Any] = {}
    for name in names:
        old: AnyArray = getattr(genes, name)
        new: AnyArray = getattr(source, name)[index : index + 1]
        changed[name] = np.concatenate((old[:start], new, old[stop:]))
    return replace(genes, **changed)


def _without_gene(genes: Genes, names: tuple[str, ...], index: int) -> Genes:
    """Return ``genes`` without gene ``index`` of those that ``names`` describe."""
    changed: dict[str, Any] = {}
    for name in names:
        old: AnyArray = getattr(genes, name)
        changed[name] = np.concatenate((old[:index], old[index + 1 :]))
    return replace(genes, **changed)
