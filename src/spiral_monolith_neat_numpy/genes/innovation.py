"""Permanent numbers of structural changes (Stanley & Miikkulainen 2002, section 3.2).

The same change gets the same number for the whole run: a connection by its pair of nodes,
a node by the connection it splits or the node it doubles. Numbers come in the order of first
appearance.
"""

from collections.abc import Container, Mapping

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, IntArray
from spiral_monolith_neat_numpy.errors import GenomeError, check_integer, check_length
from spiral_monolith_neat_numpy.genes.live import MAX_ID
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.jit import direct
from spiral_monolith_neat_numpy.kernels.layout import EdgeArrays
from spiral_monolith_neat_numpy.kernels.numbering import (
    FREE,
    KEY_BITS,
    N_PAIRS,
    NEXT_INNOVATION,
    NEXT_NODE,
    Known,
    PairTable,
    enter,
    look_up,
    number_pairs,
    number_proposals,
)

_EDGE_STATE = ("edge_source", "edge_target", "edge_innovation")
_SPLIT_STATE = ("split_edge", "split_node")
_TWIN_STATE = ("twin_of", "twin_node")
_FIRST_CAPACITY = 1 << 8
_LARGEST_GAP = 1 << 24  # split_node_of_edge is dense: a stray number must not fill the memory


class InnovationTracker:
    """Map from (source, target) to innovation, and from split connection to node."""

    def __init__(self, next_node: int = 0, next_innovation: int = 0) -> None:
        """Make a tracker that knows nothing.

        Args:
            next_node: first node id to give out.
            next_innovation: first innovation number to give out.
        """
        node = check_integer("next_node", next_node, 0, MAX_ID + 1)
        innovation = check_integer("next_innovation", next_innovation, 0, MAX_ID + 1)
        self._count = np.array([node, innovation, 0], dtype=np.int64)
        self._table = _empty_table(_FIRST_CAPACITY)
        self._split = np.full(innovation, -1, dtype=np.int64)
        self._twins: dict[int, int] = {}

    @property
    def next_node(self) -> int:
        """The id that the next unseen node gets."""
        return int(self._count[NEXT_NODE])

    @property
    def next_innovation(self) -> int:
        """The number that the next unseen connection gets."""
        return int(self._count[NEXT_INNOVATION])

    @property
    def split_node_of_edge(self) -> IntArray:
        """``(next_innovation,)`` int64: node that split each connection, -1 if none did."""
        if self._split.size < self.next_innovation:
            grown = np.full(max(2 * self._split.size, self.next_innovation), -1, dtype=np.int64)
            grown[: self._split.size] = self._split
            self._split = grown
        return self._split[: self.next_innovation]

    @property
    def known(self) -> Known:
        """The numbers given out so far, in the form that kernels take."""
        return Known(self._table, self.split_node_of_edge)

    def edge_ids(self, sources: IntArray, targets: IntArray) -> IntArray:
        """Return the innovation of each connection, new ones for pairs never seen.

        Args:
            sources: ``(n,)`` ids of the nodes they come from.
            targets: ``(n,)`` ids of the nodes they go to.

        Returns:
            ``(n,)`` int64.
        """
        source, target = _id_pairs(sources, targets)
        if self.next_innovation + source.size > MAX_ID + 1:  # as many only if all are new
            keys = np.unique(_pair_keys(source, target))
            n_new = int(np.count_nonzero(self._look_up(keys) < 0))
            _check_room("innovation numbers", self.next_innovation + n_new)
        self._make_room(source.size)
        ids = np.empty(source.size, dtype=np.int64)
        number_pairs(source, target, self._table, self._count, ids)
        return ids

    def number_proposals(
        self, edges: EdgeArrays, unnumbered: IntArray, proposal: IntArray, out_ids: IntArray
    ) -> None:
        """Give numbers to the genes that structural mutations propose.

        Args:
            edges: edges of the genomes before the mutations; ``learn`` has seen them.
            unnumbered: ``(k,)`` int64 genomes with a proposal that lacks a number, rising.
            proposal: ``(n, 8)`` int64 from ``kernels.structure.propose``.
            out_ids: ``(n, 4)`` int64, see ``kernels.splice``; written where a gene is new.

        Raises:
            ValueError: an edge to split that was never learned; numbers or ids are used up.
        """
        _check_room("innovation numbers", self.next_innovation + 3 * unnumbered.size)
        _check_room("node ids", self.next_node + unnumbered.size)
        self._make_room(3 * unnumbered.size)
        split, count = self.split_node_of_edge, self._count
        known = self._table, split, count
        stray = direct(number_proposals)(edges, unnumbered, proposal, *known, out_ids)
        if stray >= 0:
            raise ValueError(f"edges must hold known connections, got number {stray}")

    def split_nodes(self, edge_innovations: IntArray) -> IntArray:
        """Return the node that splits each connection, new ones where none did before.

        Args:
            edge_innovations: ``(n,)`` numbers of known connections.

        Returns:
            ``(n,)`` int64 node ids.

        Raises:
            ValueError: a number that was never given out or learned.
        """
        edges = _id_array("edge_innovations", edge_innovations)
        unknown = edges[~np.isin(edges, self._pairs()[1])]
        if unknown.size:
            raise ValueError(
                f"edge_innovations must be numbers of known connections, got {unknown[0]}"
            )
        split = self.split_node_of_edge
        new, first = np.unique(edges[split[edges] < 0], return_index=True)
        _check_room("node ids", self.next_node + new.size)
        split[new] = self.next_node + _rank(first)
        self._count[NEXT_NODE] += new.size
        ids: IntArray = split[edges]
        return ids

    def twin_of(self, node: int, taken: Container[int] = ()) -> int:
        """Return the node that doubles another, a new one where none did before.

        Args:
            node: id of a node of this run.
            taken: nodes that are there already; where the twin is among them, its own twin is
                meant, and so on.

        Raises:
            ValueError: node ids are used up.
        """
        twin = node
        while True:
            known = self._twins.get(twin)
            if known is None:
                _check_room("node ids", self.next_node + 1)
                known = self._twins[twin] = self.next_node
                self._count[NEXT_NODE] += 1
            if known not in taken:
                return known
            twin = known

    def learn(self, genes: Genes) -> None:
        """Make the nodes and connections of ``genes`` known, so that no id is given twice.

        Args:
            genes: of one genome, or of a whole population end to end.

        Raises:
            GenomeError: a connection has another number in this run, or its number stands
                for another connection; nothing is learned then.
        """
        keys = _pair_keys(genes.edge_source, genes.edge_target)
        new, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
        numbers = genes.edge_innovation[first]
        found = self._look_up(new)
        known = found >= 0
        numbers = np.where(known, found, numbers)
        _check_same(genes, numbers[inverse])
        new, numbers = new[~known], numbers[~known]
        if new.size:
            self._check_free(new, numbers)
            self._remember(new, numbers)
            after = max(self.next_innovation, _after(numbers))
            self._count[NEXT_INNOVATION] = after
        self._count[NEXT_NODE] = max(self.next_node, _after(genes.node_id))

    def copy(self) -> "InnovationTracker":
        """Return a tracker that knows the same and goes its own way."""
        return InnovationTracker.from_arrays(self.to_arrays())

    def to_arrays(self) -> dict[str, IntArray]:
        """Return the whole state as new int64 arrays, by name."""
        split = self.split_node_of_edge
        split_edge = np.flatnonzero(split >= 0).astype(np.int64)
        key, number = self._pairs()
        return {
            "next": np.array([self.next_node, self.next_innovation], dtype=np.int64),
            "edge_source": key >> KEY_BITS,
            "edge_target": key & MAX_ID,
            "edge_innovation": number,
            "split_edge": split_edge,
            "split_node": split[split_edge],
            "twin_of": np.array(list(self._twins), dtype=np.int64),
            "twin_node": np.array(list(self._twins.values()), dtype=np.int64),
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, AnyArray]) -> "InnovationTracker":
        """Return the tracker whose state ``to_arrays`` gave.

        Raises:
            ValueError: an array is missing, or they contradict one another.
        """
        lost = [
            name
            for name in ("next", *_EDGE_STATE, *_SPLIT_STATE, *_TWIN_STATE)
            if name not in arrays
        ]
        if lost:
            raise ValueError(f"innovation state must hold {lost[0]!r}, got {sorted(arrays)}")
        tracker = cls(*_two_counts(arrays["next"]))
        source, target, number = _columns(_EDGE_STATE, arrays)
        edge, node = _columns(_SPLIT_STATE, arrays)
        key = _pair_keys(source, target)
        _check_own("edge_source with edge_target", key, int(key.max(initial=0)) + 1)
        _check_own("edge_innovation", number, tracker.next_innovation)
        _check_own("split_edge", edge, tracker.next_innovation)
        _check_own("split_node", node, tracker.next_node)
        of, twin = _columns(_TWIN_STATE, arrays)
        _check_own("twin_of", of, tracker.next_node)
        _check_own("twin_node", twin, tracker.next_node)
        tracker._remember(key, number)
        tracker.split_node_of_edge[edge] = node
        tracker._twins = dict(zip(of.tolist(), twin.tolist(), strict=True))
        return tracker

    def _pairs(self) -> tuple[IntArray, IntArray]:
        """Return the keys of all known connections, rising, and their numbers."""
        taken = np.flatnonzero(self._table.key != FREE)
        key, number = self._table.key[taken], self._table.number[taken]
        order = np.argsort(key)
        return key[order], number[order]

    def _look_up(self, keys: IntArray) -> IntArray:
        """Return the number of each key, -1 where it is not known."""
        numbers = np.empty(keys.size, dtype=np.int64)
        look_up(self._table, keys, numbers)
        return numbers

    def _remember(self, keys: IntArray, numbers: IntArray) -> None:
        self._make_room(keys.size)
        self._count[N_PAIRS] += keys.size  # first: too large a number does no harm
        enter(keys, numbers, self._table)

    def _make_room(self, n: int) -> None:
        """Let the table hold ``n`` more pairs in half of its places."""
        wanted = int(self._count[N_PAIRS]) + n
        if 2 * wanted <= self._table.key.size:
            return
        larger = _empty_table(1 << (2 * wanted).bit_length())
        enter(*self._pairs(), larger)
        self._table = larger

    def _check_free(self, keys: IntArray, numbers: IntArray) -> None:
        values, counts = np.unique(numbers, return_counts=True)
        taken = np.isin(numbers, self._pairs()[1]) | np.isin(numbers, values[counts > 1])
        if taken.any():
            key, number = keys[taken][0], numbers[taken][0]
            raise GenomeError(
                f"innovation {number} must stand for one connection in the whole run, got it "
                f"for {key >> KEY_BITS} -> {key & MAX_ID} too; take one from edge_ids"
            )
        if _after(numbers) > self.next_innovation + _LARGEST_GAP:
            raise GenomeError(
                f"innovation must be at most {self.next_innovation + _LARGEST_GAP - 1} here, "
                f"got {numbers.max()}"
            )


def _check_same(genes: Genes, numbers: IntArray) -> None:
    wrong = np.flatnonzero(genes.edge_innovation != numbers)
    if wrong.size:
        edge = wrong[0]
        raise GenomeError(
            f"connection {genes.edge_source[edge]} -> {genes.edge_target[edge]} must keep its "
            f"innovation {numbers[edge]} in this run, got {genes.edge_innovation[edge]}"
        )


def _check_room(what: str, after: int) -> None:
    if after > MAX_ID + 1:
        raise ValueError(f"{what} must be at most {MAX_ID}, got {after - 1}: all are used up")


def _id_pairs(sources: IntArray, targets: IntArray) -> tuple[IntArray, IntArray]:
    source, target = _id_array("sources", sources), _id_array("targets", targets)
    if source.shape != target.shape:
        raise ValueError(
            f"targets must have shape {source.shape} to match sources, got {target.shape}"
        )
    return source, target


def _pair_keys(sources: IntArray, targets: IntArray) -> IntArray:
    source, target = _id_pairs(sources, targets)
    return (source << KEY_BITS) | target


def _empty_table(capacity: int) -> PairTable:
    return PairTable(np.full(capacity, FREE, dtype=np.int64), np.empty(capacity, dtype=np.int64))


def _columns(names: tuple[str, ...], arrays: Mapping[str, AnyArray]) -> list[IntArray]:
    columns = [_id_array(name, arrays[name]) for name in names]
    for name, column in zip(names, columns, strict=True):
        check_length(name, column, columns[0].size, names[0])
    return columns


def _two_counts(values: AnyArray) -> list[int]:
    if values.shape != (2,):
        raise ValueError(f"next must have shape (2,), got {values.shape}")
    return [int(value) for value in values]


def _check_own(name: str, values: IntArray, after: int) -> None:
    if np.unique(values).size != values.size or _after(values) > after:
        raise ValueError(f"{name} must be unique numbers below {after}, got {values}")


def _id_array(name: str, values: AnyArray) -> IntArray:
    array = np.asarray(values)
    if array.ndim != 1 or (array.size and array.dtype.kind not in "iu"):
        raise ValueError(f"{name} must be a 1-D array of whole numbers, got {values!r}")
    outside = (array < 0) | (array > MAX_ID)
    if outside.any():
        raise ValueError(f"{name} must be from 0 to {MAX_ID}, got {array[outside][0]}")
    return array.astype(np.int64)


def _rank(first: AnyArray) -> IntArray:
    """Return the order of first appearance of each, from 0."""
    rank = np.empty(first.size, dtype=np.int64)
    rank[np.argsort(first)] = np.arange(first.size)
    return rank


def _after(numbers: IntArray) -> int:
    return int(numbers.max()) + 1 if numbers.size else 0
