"""Slow, obvious twins of the network kernels: recursion over nodes, backpropagation by hand.

Everything is in terms of node ids and gene arrays, in the precision of the rows given;
nothing is ordered, pruned, grouped, blocked or approximated.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from tests.reference import random_uniforms

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.loss import LOGISTIC, SOFTMAX


def sech_squared(x: AnyArray) -> AnyArray:
    return np.asarray(1.0 / np.cosh(np.clip(x, -40.0, 40.0)) ** 2)


def sigmoid(x: AnyArray) -> AnyArray:
    return np.asarray(np.exp(-np.logaddexp(0.0, -x)))


# (value, derivative) in the order of the codes; at a kink the derivative to the right.
ACTIVATIONS = (
    (lambda x: x, np.ones_like),
    (np.tanh, sech_squared),
    (lambda x: np.maximum(x, 0.0), lambda x: np.where(x < 0.0, 0.0, 1.0)),
    (
        lambda x: np.exp(-np.logaddexp(0.0, -x)),
        lambda x: 0.25 / np.cosh(np.clip(x / 2, -40, 40)) ** 2,
    ),
    (np.sin, np.cos),
    (lambda x: np.exp(-(x**2)), lambda x: -2.0 * x * np.exp(-(x**2))),
    (lambda x: np.logaddexp(0.0, x), sigmoid),
    (np.abs, lambda x: np.where(x < 0.0, -1.0, 1.0)),
    (np.square, lambda x: 2.0 * x),
    (lambda x: sigmoid(4.9 * x), lambda x: 4.9 * sigmoid(4.9 * x) * sigmoid(-4.9 * x)),
)


@dataclass
class Batch:
    """Rows, one target column per output, and weights that sum to 1."""

    X: AnyArray
    targets: AnyArray
    weight: AnyArray

    def take(self, rows: Any) -> "Batch":
        weight = self.weight[rows]
        return Batch(self.X[rows], self.targets[rows], weight / weight.sum())


def find_loop(sources: dict[int, list[int]], node: int, above: tuple[int, ...] = ()) -> bool:
    """Return whether a walk against the edges from ``node`` comes back to where it was."""
    if node in above:
        return True
    return any(find_loop(sources, parent, (*above, node)) for parent in sources.get(node, []))


def useful_nodes(genes: Genes) -> set[int]:
    """Return the ids of all nodes that an output depends on, outputs included."""
    useful = set(genes.node_id[genes.node_kind == 2].tolist())
    edges = [(s, t) for _, s, t, _ in enabled_edges(genes)]
    while True:
        more = {s for s, t in edges if t in useful} - useful
        if not more:
            return useful
        useful |= more


def enabled_edges(genes: Genes) -> Iterator[tuple[int, int, int, float]]:
    """Yield (place of the gene, source id, target id, weight)."""
    for k in np.flatnonzero(genes.edge_enabled).tolist():
        yield k, int(genes.edge_source[k]), int(genes.edge_target[k]), float(genes.edge_weight[k])


class PlainNetwork:
    """A network evaluated from its outputs backwards; a node's rows are computed once."""

    def __init__(self, genes: Genes) -> None:
        self.genes = genes
        self.kind = dict(zip(genes.node_id.tolist(), genes.node_kind.tolist(), strict=True))
        self.code = dict(zip(genes.node_id.tolist(), genes.node_activation.tolist(), strict=True))
        self.bias = dict(zip(genes.node_id.tolist(), genes.node_bias.tolist(), strict=True))
        self.into: dict[int, list[tuple[int, int, float]]] = {node: [] for node in self.kind}
        self.out_of: dict[int, list[tuple[int, float]]] = {node: [] for node in self.kind}
        for k, source, target, weight in enabled_edges(genes):
            self.into[target].append((k, source, weight))
            self.out_of[source].append((target, weight))
        self.inputs = [i for i, kind in self.kind.items() if kind == 0]
        self.outputs = [i for i, kind in self.kind.items() if kind == 2]
        self.sums: dict[int, AnyArray] = {}
        self.values: dict[int, AnyArray] = {}

    def sum_of(self, node: int, X: AnyArray) -> AnyArray:
        """Return bias + sum of weight * output of the source, one per row."""
        if node not in self.sums:
            total = np.full(X.shape[0], self.bias[node], dtype=X.dtype)
            for _, source, weight in self.into[node]:
                total = total + weight * self.output_of(source, X)
            self.sums[node] = total
        return self.sums[node]

    def output_of(self, node: int, X: AnyArray) -> AnyArray:
        """Return an input's column, or the activation of the node's sum."""
        if self.kind[node] == 0:
            return X[:, self.inputs.index(node)]
        if node not in self.values:
            value, _ = ACTIVATIONS[self.code[node]]
            self.values[node] = np.asarray(value(self.sum_of(node, X)))
        return self.values[node]

    def run(self, X: AnyArray, *, plain: bool) -> AnyArray:
        """Return ``(n_samples, n_outputs)`` activations (plain) or sums of the outputs."""
        self.sums, self.values = {}, {}
        one = self.output_of if plain else self.sum_of
        return np.stack([one(node, X) for node in self.outputs], axis=1)

    def gradient(self, batch: Batch, loss: int) -> tuple[float, AnyArray, AnyArray]:
        """Return the mean loss and its gradient by every edge gene and by every bias gene."""
        total, slopes = loss_and_slopes(self.run(batch.X, plain=False), batch, loss)
        blame = dict(zip(self.outputs, slopes.T, strict=True))
        by_weight = np.zeros(self.genes.n_edges, dtype=batch.X.dtype)
        by_bias = np.zeros(self.genes.n_nodes, dtype=batch.X.dtype)
        for node, edges in self.into.items():
            for k, source, _ in edges:
                if np.any(self.blame_of(node, blame)):
                    by_weight[k] = self.output_of(source, batch.X) @ blame[node]
        for place, node in enumerate(self.genes.node_id.tolist()):
            if self.kind[node] != 0:
                by_bias[place] = self.blame_of(node, blame).sum()
        return total, by_weight, by_bias

    def blame_of(self, node: int, known: dict[int, AnyArray]) -> AnyArray:
        """Return the derivative of the loss by the node's sum, one per row."""
        if node not in known:
            rows = next(iter(known.values()))
            total = np.zeros_like(rows)
            for target, weight in self.out_of[node]:
                total = total + weight * self.blame_of(target, known)
            if np.any(total):  # only what an output depends on has been run
                _, slope = ACTIVATIONS[self.code[node]]
                total = total * slope(self.sums[node])
            known[node] = total
        return known[node]


def loss_and_slopes(logits: AnyArray, batch: Batch, loss: int) -> tuple[float, AnyArray]:
    """Return the weighted loss and its derivatives by the logits."""
    wanted, weight = batch.targets, batch.weight[:, None]
    if loss == SOFTMAX:
        logs = logits - np.logaddexp.reduce(logits, axis=1, keepdims=True)
        return float(-(weight * wanted * logs).sum()), weight * (np.exp(logs) - wanted)
    if loss == LOGISTIC:
        costs = wanted * np.logaddexp(0.0, -logits) + (1.0 - wanted) * np.logaddexp(0.0, logits)
        return float((weight * costs).sum()), weight * (sigmoid(logits) - wanted)
    return float((weight * 0.5 * (logits - wanted) ** 2).sum()), weight * (logits - wanted)


def share_right(logits: AnyArray, batch: Batch, loss: int) -> float:
    """Return the weighted share of decisions that are right; 0 where there are none."""
    if loss == SOFTMAX:
        right = np.argmax(logits, axis=1) == np.argmax(batch.targets, axis=1)
        return float((batch.weight * right).sum())
    if loss == LOGISTIC:
        right = (logits > 0.0) == (batch.targets > 0.5)
        return float((batch.weight * right.mean(axis=1)).sum())
    return 0.0


@dataclass
class Recipe:
    """What the twin of ``train`` is told."""

    loss: int
    steps: int
    rate: float = 0.01
    l2: float = 0.0
    grad_clip: float = math.inf
    weight_clip: float = math.inf
    batch_size: int = 0
    validate_every: int = 0


def shuffles(key: tuple[int, int], n: int) -> Iterator[list[int]]:
    """Yield the order of the samples in epoch after epoch (Fisher & Yates from the end)."""
    order, drawn = list(range(n)), 0
    while True:
        uniforms = random_uniforms(*key, drawn + n - 1)[drawn:]
        drawn += n - 1
        for k, uniform in zip(range(n - 1, 0, -1), uniforms, strict=True):
            other = int(uniform * (k + 1))
            order[k], order[other] = order[other], order[k]
        yield list(order)


def batches(batch: Batch, size: int, key: tuple[int, int]) -> Iterator[Batch]:
    """Yield batch after batch: each epoch in a new order, the last of an epoch shorter."""
    n = len(batch.weight)
    if not 0 < size < n:
        while True:
            yield batch
    for order in shuffles(key, n):
        for first in range(0, n, size):
            yield batch.take(order[first : first + size])


def train(
    genes: Genes, recipe: Recipe, training: Batch, watched: Batch, key: tuple[int, int] = (0, 0)
) -> tuple[Genes, list[float], tuple[float, float]]:
    """Return the trained genes, the loss before each update, and the score of what is kept.

    Adam as in Kingma & Ba (2015), algorithm 1, with both bias-corrected means written out.
    """
    genes = genes.copy()
    n_edges = genes.n_edges
    mean = np.zeros(n_edges + genes.n_nodes)
    square = np.zeros_like(mean)
    kept: tuple[float, float, Genes] | None = None
    losses = []
    stream = batches(training, recipe.batch_size, key)
    for t in range(1, recipe.steps + 2):
        done = t - 1
        every = recipe.validate_every
        if done == recipe.steps or (every and done % every == 0):
            logits = PlainNetwork(genes).run(watched.X, plain=False)
            loss, _ = loss_and_slopes(logits, watched, recipe.loss)
            right = share_right(logits, watched, recipe.loss)
            if kept is None or (right, -loss) > (kept[1], -kept[0]):
                kept = (loss, right, genes.copy())
        if done == recipe.steps:
            break
        loss, by_weight, by_bias = PlainNetwork(genes).gradient(next(stream), recipe.loss)
        losses.append(loss)
        g = np.concatenate([by_weight, by_bias])
        g = g * min(1.0, recipe.grad_clip / max(float(np.linalg.norm(g)), 1e-300))
        mean = 0.9 * mean + (1 - 0.9) * g
        square = 0.999 * square + (1 - 0.999) * g**2
        step = recipe.rate * (mean / (1 - 0.9**t)) / (np.sqrt(square / (1 - 0.999**t)) + 1e-8)
        used = trained_parameters(genes)
        decayed = np.concatenate(
            [genes.edge_weight * (1 - recipe.rate * recipe.l2), genes.node_bias]
        )
        moved = np.clip(decayed - step, -recipe.weight_clip, recipe.weight_clip)
        genes.edge_weight[:] = np.where(used[:n_edges], moved[:n_edges], genes.edge_weight)
        genes.node_bias[:] = np.where(used[n_edges:], moved[n_edges:], genes.node_bias)
    assert kept is not None
    return kept[2], losses, kept[:2]


def trained_parameters(genes: Genes) -> AnyArray:
    """Return which edge genes and bias genes an output depends on."""
    useful = useful_nodes(genes)
    edges = np.zeros(genes.n_edges, dtype=bool)
    edges[[k for k, _, target, _ in enabled_edges(genes) if target in useful]] = True
    nodes = np.isin(genes.node_id, list(useful)) & (genes.node_kind != 0)
    return np.concatenate([edges, nodes])


def differences(
    genes: Genes, batch: Batch, loss: int, width: float = 1e-5
) -> tuple[FloatArray, FloatArray]:
    """Return the gradient by central differences, for every edge gene and every bias gene."""

    def slope(parameters: FloatArray, place: int) -> float:
        found, ends = parameters[place], []
        for sign in (1.0, -1.0):
            parameters[place] = found + sign * width
            logits = PlainNetwork(genes).run(batch.X, plain=False)
            ends.append(loss_and_slopes(logits, batch, loss)[0])
        parameters[place] = found
        return (ends[0] - ends[1]) / (2.0 * width)

    genes = genes.copy()
    return (
        np.array([slope(genes.edge_weight, k) for k in range(genes.n_edges)]),
        np.array([slope(genes.node_bias, k) for k in range(genes.n_nodes)]),
    )
