"""A slow, obvious twin of networks with memory: recursion over nodes and over time."""

import numpy as np
from tests.network_reference import ACTIVATIONS, enabled_edges, useful_nodes

from spiral_monolith_neat_numpy.arrays import AnyArray, BoolArray, FloatArray
from spiral_monolith_neat_numpy.genes.packed import Genes


def reachable(genes: Genes) -> BoolArray:
    """Return for nodes a, b (places) whether enabled edges lead from a to b, by closure."""
    n = genes.n_nodes
    place = {node: at for at, node in enumerate(genes.node_id.tolist())}
    found = np.zeros((n, n), dtype=bool)
    for _, source, target, _ in enabled_edges(genes):
        found[place[source], place[target]] = True
    for _ in range(n):
        found |= (found.astype(int) @ found.astype(int)) > 0
    return found


class PlainRecurrentNetwork:
    """Outputs at any time, from all samples up to then; nothing is kept but the samples."""

    def __init__(self, genes: Genes) -> None:
        self.kind = dict(zip(genes.node_id.tolist(), genes.node_kind.tolist(), strict=True))
        self.code = dict(zip(genes.node_id.tolist(), genes.node_activation.tolist(), strict=True))
        self.bias = dict(zip(genes.node_id.tolist(), genes.node_bias.tolist(), strict=True))
        self.into: dict[int, list[tuple[int, float]]] = {node: [] for node in self.kind}
        for _, source, target, weight in enabled_edges(genes):
            self.into[target].append((source, weight))
        self.inputs = [node for node, kind in self.kind.items() if kind == 0]
        self.outputs = [node for node, kind in self.kind.items() if kind == 2]
        self.useful = useful_nodes(genes)
        self.order: list[int] = []
        self._seen: set[int] = set()
        for node in [*self.inputs, *self.outputs]:
            self._settle(node)
        self.samples: list[AnyArray] = []
        self._known: dict[tuple[int, int], float] = {}

    def _settle(self, node: int) -> None:
        if node not in self._seen:
            self._seen.add(node)
            for source, _ in self.into[node]:
                self._settle(source)
            self.order.append(node)

    def recurrent(self) -> set[tuple[int, int]]:
        """Return the ends of the edges that carry values of the time before."""
        rank = {node: at for at, node in enumerate(self.order)}
        return {
            (source, target)
            for target in self.order
            for source, _ in self.into[target]
            if rank[source] >= rank[target]
        }

    def value(self, node: int, time: int) -> float:
        """Return what a node is at a time, 0 before the first sample."""
        if self.kind[node] == 0:
            return float(self.samples[time][self.inputs.index(node)]) if time >= 0 else 0.0
        if time < 0:
            return 0.0
        if (node, time) not in self._known:
            late, total = self.recurrent(), self.bias[node]
            for source, weight in self.into[node]:
                total += weight * self.value(source, time - ((source, node) in late))
            with np.errstate(over="ignore"):
                self._known[node, time] = float(ACTIVATIONS[self.code[node]][0](total))
        return self._known[node, time]

    def activate(self, x: AnyArray) -> FloatArray:
        """Return the outputs after one more sample."""
        self.samples.append(x)
        return np.array([self.value(node, len(self.samples) - 1) for node in self.outputs])
