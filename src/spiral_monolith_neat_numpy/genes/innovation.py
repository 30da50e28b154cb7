"""Permanent numbers of structural changes (Stanley & Miikkulainen 2002, section 3.2).

The same change gets the same number for the whole run: a connection by its pair of nodes,
a node by the connection it splits. Numbers come in the order of first appearance.
"""

from collections.abc import Mapping

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, IntArray
from spiral_monolith_neat_numpy.errors import GenomeError, check_integer, check_length
from spiral_monolith_neat_numpy.genes.live import MAX_ID
from spiral_monolith_neat_numpy.genes.packed import Genes

_KEY_BITS = 31
_EDGE_STATE = ("edge_source", "edge_target", "edge_innovation")
_SPLIT_STATE = ("split_edge", "split_node")
_LARGEST_GAP = 1 << 24  # split_node_of_edge is dense: a stray number must not fill the memory


class InnovationTracker:
    """Map from (source, target) to innovation, and from split connection to node.

    Attributes:
        next_innovation: the number the next unseen connection gets.
        next_node: the id the next unseen node gets.
    """

    def __init__(self, next_node: int = 0, next_innovation: int = 0) -> None:
        """Make a tracker that knows nothing.

        Args:
            next_node: first node id to give out.
            next_innovation: first innovation number to give out.
        """
        self.next_node = check_integer("next_node", next_node, 0, MAX_ID + 1)
        self.next_innovation = check_integer("next_innovation", next_innovation, 0, MAX_ID + 1)
        self._key = np.empty(0, dtype=np.int64)  # sorted source << 31 | target
        self._innovation = np.empty(0, dtype=np.int64)  # in the order of _key
        self._split = np.full(self.next_innovation, -1, dtype=np.int64)

    @property
    def split_node_of_edge(self) -> IntArray:
        """``(next_innovation,)`` int64: node that split each connection, -1 if none did."""
        if self._split.size < self.next_innovation:
            grown = np.full(max(2 * self._split.size, self.next_innovation), -1, dtype=np.int64)
            grown[: self._split.size] = self._split
            self._split = grown
        return self._split[: self.next_innovation]

    def edge_ids(self, sources: IntArray, targets: IntArray) -> IntArray:
        """Return the innovation of each connection, new ones for pairs never seen.

        Args:
            sources: ``(n,)`` ids of the nodes they come from.
            targets: ``(n,)`` ids of the nodes they go to.

        Returns:
            ``(n,)`` int64.
        """
        keys = _pair_keys(sources, targets)
        place, known = self._look_up(keys)
        new, first, inverse = np.unique(keys[~known], return_index=True, return_inverse=True)
        ids = np.empty(keys.size, dtype=np.int64)
        ids[known] = self._innovation[place[known]]
        if new.size:
            numbers = self.next_innovation + _rank(first)
            _check_room("innovation numbers", self.next_innovation + new.size)
            ids[~known] = numbers[inverse]
            self._remember(new, numbers)
            self.next_innovation += new.size
        return ids

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
        unknown = edges[~np.isin(edges, self._innovation)]
        if unknown.size:
            raise ValueError(
                f"edge_innovations must be numbers of known connections, got {unknown[0]}"
            )
        split = self.split_node_of_edge
        new, first = np.unique(edges[split[edges] < 0], return_index=True)
        _check_room("node ids", self.next_node + new.size)
        split[new] = self.next_node + _rank(first)
        self.next_node += new.size
        ids: IntArray = split[edges]
        return ids

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
        place, known = self._look_up(new)
        numbers = np.where(known, self._innovation[place], numbers) if known.any() else numbers
        _check_same(genes, numbers[inverse])
        new, numbers = new[~known], numbers[~known]
        if new.size:
            self._check_free(new, numbers)
            self._remember(new, numbers)
            self.next_innovation = max(self.next_innovation, _after(numbers))
        self.next_node = max(self.next_node, _after(genes.node_id))

    def copy(self) -> "InnovationTracker":
        """Return a tracker that knows the same and goes its own way."""
        return InnovationTracker.from_arrays(self.to_arrays())

    def to_arrays(self) -> dict[str, IntArray]:
        """Return the whole state as new int64 arrays, by name."""
        split = self.split_node_of_edge
        split_edge = np.flatnonzero(split >= 0).astype(np.int64)
        return {
            "next": np.array([self.next_node, self.next_innovation], dtype=np.int64),
            "edge_source": self._key >> _KEY_BITS,
            "edge_target": self._key & MAX_ID,
            "edge_innovation": self._innovation.copy(),
            "split_edge": split_edge,
            "split_node": split[split_edge],
        }

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, AnyArray]) -> "InnovationTracker":
        """Return the tracker whose state ``to_arrays`` gave.

        Raises:
            ValueError: an array is missing, or they contradict one another.
        """
        lost = [name for name in ("next", *_EDGE_STATE, *_SPLIT_STATE) if name not in arrays]
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
        tracker._remember(key, number)
        tracker.split_node_of_edge[edge] = node
        return tracker

    def _look_up(self, keys: IntArray) -> tuple[IntArray, AnyArray]:
        """Return a place in the map for each key, and whether the key is there."""
        place = np.minimum(self._key.searchsorted(keys), max(self._key.size - 1, 0))
        if not self._key.size:
            return place, np.zeros(keys.size, dtype=np.bool_)
        return place, self._key[place] == keys

    def _remember(self, keys: IntArray, numbers: IntArray) -> None:
        order = np.argsort(keys)
        at = self._key.searchsorted(keys[order])
        self._key = np.insert(self._key, at, keys[order])
        self._innovation = np.insert(self._innovation, at, numbers[order])

    def _check_free(self, keys: IntArray, numbers: IntArray) -> None:
        values, counts = np.unique(numbers, return_counts=True)
        taken = np.isin(numbers, self._innovation) | np.isin(numbers, values[counts > 1])
        if taken.any():
            key, number = keys[taken][0], numbers[taken][0]
            raise GenomeError(
                f"innovation {number} must stand for one connection in the whole run, got it "
                f"for {key >> _KEY_BITS} -> {key & MAX_ID} too; take one from edge_ids"
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


def _pair_keys(sources: IntArray, targets: IntArray) -> IntArray:
    source, target = _id_array("sources", sources), _id_array("targets", targets)
    if source.shape != target.shape:
        raise ValueError(
            f"targets must have shape {source.shape} to match sources, got {target.shape}"
        )
    return (source << _KEY_BITS) | target


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
