"""The usual way to train many networks with NumPy: padded dense matrices with masks.

Each network's nodes are sorted into layers by their longest way from the inputs. A layer
of all networks at once is one batched matrix product with everything before it; entries
without a connection are masked. Layers are as wide as the widest of them.
"""

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, Float32Array
from spiral_monolith_neat_numpy.genes.packed import Genes

_BETA1, _BETA2, _EPSILON = np.float32(0.9), np.float32(0.999), np.float32(1e-8)


def node_depths(genes: Genes) -> dict[int, int]:
    """Return each node's longest way from the inputs; outputs share the last layer."""
    sources: dict[int, list[int]] = {node: [] for node in genes.node_id.tolist()}
    for source, target in zip(genes.edge_source.tolist(), genes.edge_target.tolist(), strict=True):
        sources[target].append(source)
    depths: dict[int, int] = {}

    def depth_of(node: int) -> int:
        if node not in depths:
            depths[node] = max((depth_of(source) + 1 for source in sources[node]), default=0)
        return depths[node]

    outputs = genes.node_id[genes.node_kind == 2].tolist()
    last = max(depth_of(node) for node in sources)
    return {node: last if node in outputs else depth_of(node) for node in sources}


class DensePopulation:
    """Networks of tanh nodes with the same inputs and outputs, trained together by Adam."""

    def __init__(self, networks: list[Genes]) -> None:
        """Lay weights, masks and biases out; no hidden node may be without a connection."""
        depths = [node_depths(genes) for genes in networks]
        n_layers = max(max(depth.values()) for depth in depths)
        for genes, depth in zip(networks, depths, strict=True):
            for node in genes.node_id[genes.node_kind == 2].tolist():
                depth[node] = n_layers
        counts = [np.bincount(list(d.values()), minlength=n_layers + 1) for d in depths]
        self.widths = np.max(counts, axis=0).tolist()
        self.starts = np.concatenate([[0], np.cumsum(self.widths)]).tolist()
        n_slots = self.starts[-1]
        self.mask = np.zeros((len(networks), n_slots, n_slots), dtype=np.float32)
        self.weight = np.zeros_like(self.mask)
        self.bias = np.zeros((len(networks), n_slots, 1), dtype=np.float32)
        for p, (genes, depth) in enumerate(zip(networks, depths, strict=True)):
            slots = self._slots(genes, depth)
            source, target = slots[genes.edge_source], slots[genes.edge_target]
            self.mask[p, target, source] = 1.0
            self.weight[p, target, source] = genes.edge_weight
            self.bias[p, slots[genes.node_id], 0] = genes.node_bias
        state = (self.weight, self.bias)
        self.means = [np.zeros_like(array) for array in state]
        self.squares = [np.zeros_like(array) for array in state]
        self.n_updates = 0

    def _slots(self, genes: Genes, depth: dict[int, int]) -> AnyArray:
        used = [0] * len(self.widths)
        slots = np.zeros(int(genes.node_id.max()) + 1, dtype=np.int64)
        for node in genes.node_id.tolist():
            layer = depth[node]
            slots[node] = self.starts[layer] + used[layer]
            used[layer] += 1
        return slots

    def step(self, X: Float32Array, targets: Float32Array, rate: float, head: str) -> float:
        """Make one update of all networks on rows by columns; return their mean loss."""
        n_networks, n_slots, _ = self.bias.shape
        n = X.shape[1]
        values = np.empty((n_networks, n_slots, n), dtype=np.float32)
        values[:, : self.widths[0]] = X
        for first, last in zip(self.starts[1:-1], self.starts[2:], strict=True):
            sums = self.weight[:, first:last, :first] @ values[:, :first]
            sums += self.bias[:, first:last]
            values[:, first:last] = np.tanh(sums) if last < n_slots else sums
        loss, delta_out = _loss_and_delta(values[:, self.starts[-2] :], targets, head)
        delta = np.zeros_like(values)
        delta[:, self.starts[-2] :] = delta_out
        by_weight = np.zeros_like(self.weight)
        for first, last in reversed(list(zip(self.starts[1:-1], self.starts[2:], strict=True))):
            if last < n_slots:
                delta[:, first:last] *= 1.0 - values[:, first:last] ** 2
            blame = delta[:, first:last]
            by_weight[:, first:last, :first] = blame @ values[:, :first].swapaxes(1, 2)
            delta[:, :first] += self.weight[:, first:last, :first].swapaxes(1, 2) @ blame
        by_weight *= self.mask
        self._adam([by_weight, delta.sum(axis=2, keepdims=True)], rate)
        return loss

    def _adam(self, gradients: list[Float32Array], rate: float) -> None:
        self.n_updates += 1
        t = self.n_updates
        state = zip((self.weight, self.bias), gradients, self.means, self.squares, strict=True)
        for parameter, g, mean, square in state:
            mean += (1 - _BETA1) * (g - mean)
            square += (1 - _BETA2) * (g * g - square)
            corrected = np.sqrt(square / np.float32(1 - 0.999**t)) + _EPSILON
            parameter -= np.float32(rate / (1 - 0.9**t)) * mean / corrected


def _loss_and_delta(
    logits: Float32Array, targets: Float32Array, head: str
) -> tuple[float, Float32Array]:
    share = np.float32(1.0 / logits.shape[2])
    if head == "softmax":
        below = logits - logits.max(axis=1, keepdims=True)
        raised = np.exp(below)
        total = raised.sum(axis=1, keepdims=True)
        losses = np.log(total[:, 0]) - (targets * below).sum(axis=1)
        return float(losses.mean()), share * (raised / total - targets)
    losses = np.logaddexp(np.float32(0.0), logits) - targets * logits
    found = np.float32(1.0) / (np.float32(1.0) + np.exp(-logits))
    return float(losses.mean()), share * (found - targets)
