"""Regeneration: an asexual child grows a part of itself anew, after the flatworm.

At the *head*, next to the inputs, connections are weakened, switched off and split; at the *tail*
those into the outputs are drawn anew and hidden nodes are joined to outputs; a *split* doubles a
hidden node and shares its connections out between the twins. Afterwards a guard joins outputs
that no input reaches any more.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from spiral_monolith_neat_numpy.errors import check_number
from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS, REGEN_MODES, code_of
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.kernels.layout import HIDDEN, INPUT, OUTPUT
from spiral_monolith_neat_numpy.settings import Settings

_WEAKENED = (0.2, 0.4)  # share of connections at the head: the first, and so much times intensity
_FACTORS = (0.6, 0.9)  # on their weights
_SWITCHED_OFF = 0.15  # share of them times intensity
_TWIN_SIGMA = 0.08  # between the weights of twins
_MOST_GUARD_EDGES = 16

_Pair = tuple[int, int]


@dataclass
class _Node:
    kind: int
    activation: int
    bias: float


@dataclass
class _Edge:
    weight: float
    enabled: bool = True


class _Sketch:
    """The genes of one genome, open to change within the caps."""

    def __init__(self, genes: Genes, settings: Settings, rng: np.random.Generator) -> None:
        columns = (genes.node_kind, genes.node_activation, genes.node_bias)
        rows = zip(genes.node_id.tolist(), *(column.tolist() for column in columns), strict=True)
        self.nodes = {node: _Node(*row) for node, *row in rows}
        pairs = zip(genes.edge_source.tolist(), genes.edge_target.tolist(), strict=True)
        values = zip(genes.edge_weight.tolist(), genes.edge_enabled.tolist(), strict=True)
        edges = zip(pairs, values, strict=True)
        self.edges = {pair: _Edge(*value) for pair, value in edges}
        self.settings, self.rng = settings, rng

    def ids(self, kind: int) -> list[int]:
        return [node for node, row in self.nodes.items() if row.kind == kind]

    def enabled(self) -> list[_Pair]:
        return [pair for pair, edge in self.edges.items() if edge.enabled]

    def some(self, pairs: Iterable[_Pair], n: int) -> list[_Pair]:
        """Return up to ``n`` of them, drawn at random."""
        known = list(pairs)
        picked = self.rng.permutation(len(known))[: max(n, 0)]
        return [known[k] for k in picked.tolist()]

    def new_weight(self) -> float:
        return self.clipped(self.rng.normal(0.0, self.settings.initial_weight_sigma))

    def clipped(self, weight: float) -> float:
        return float(np.clip(weight, -self.settings.weight_clip, self.settings.weight_clip))

    def may_grow(self, *, nodes: int = 0, edges: int = 0) -> bool:
        n_hidden = len(self.ids(HIDDEN))
        return (
            n_hidden + nodes <= max(self.settings.max_hidden_nodes, n_hidden * (nodes == 0))
            and len(self.edges) + edges <= self.settings.max_edges
        )

    def join(self, pair: _Pair) -> bool:
        """Add a connection, or enable the one that is there; return whether anything changed."""
        edge = self.edges.get(pair)
        if edge is not None:
            if edge.enabled:
                return False
            edge.enabled, edge.weight = True, self.new_weight()
            return True
        if not self.may_grow(edges=1):
            return False
        self.edges[pair] = _Edge(self.new_weight())
        return True

    def reached(self) -> set[int]:
        """Return the nodes that an input reaches through enabled connections."""
        found = set(self.ids(INPUT))
        grows = True
        enabled = self.enabled()
        while grows:
            more = {target for source, target in enabled if source in found} - found
            found |= more
            grows = bool(more)
        return found

    def genes(self, tracker: InnovationTracker) -> Genes:
        """Return the genes, numbered by the run."""
        pairs = np.array(list(self.edges), dtype=np.int64).reshape(-1, 2)
        number = tracker.edge_ids(pairs[:, 0], pairs[:, 1])
        by_number, by_id = np.argsort(number), sorted(self.nodes)
        nodes, edges = [self.nodes[node] for node in by_id], list(self.edges.values())
        return Genes(
            node_id=np.array(by_id, dtype=np.int64),
            node_kind=np.array([node.kind for node in nodes], dtype=np.int8),
            node_activation=np.array([node.activation for node in nodes], dtype=np.int8),
            node_bias=np.array([node.bias for node in nodes], dtype=np.float64),
            edge_innovation=number[by_number],
            edge_source=pairs[by_number, 0],
            edge_target=pairs[by_number, 1],
            edge_weight=np.array([edge.weight for edge in edges], dtype=np.float64)[by_number],
            edge_enabled=np.array([edge.enabled for edge in edges], dtype=np.bool_)[by_number],
        )


def regenerated(
    genes: Genes,
    mode: str,
    intensity: float,
    settings: Settings,
    tracker: InnovationTracker,
    rng: np.random.Generator,
) -> Genes:
    """Return the genes of a genome that has regenerated.

    Args:
        genes: of one genome; they are not changed.
        mode: "head", "tail" or "split"; one without hidden nodes regenerates its head instead
            of a split.
        intensity: how much changes, from 0 to 1.
        settings: caps, spread of new weights, activation of new nodes, and
            ``min_conn_after_regen``.
        tracker: knows the genes, and numbers new ones.
        rng: the child's own stream.

    Raises:
        ValueError: an unknown mode, or an intensity out of range.
    """
    code_of("regen_mode", mode, REGEN_MODES)
    much = check_number("intensity", intensity, 0.0, 1.0)
    sketch = _Sketch(genes, settings, rng)
    if mode == "tail":
        _grow_tail(sketch, much)
    elif mode == "split" and sketch.ids(HIDDEN) and sketch.may_grow(nodes=1):
        _double_node(sketch, much, tracker)
    else:
        _grow_head(sketch, genes, much, tracker)
    _guard(sketch)
    return sketch.genes(tracker)


def regenerate(
    population: Population,
    places: Iterable[int],
    intensity: float,
    settings: Settings,
    tracker: InnovationTracker,
    streams: Iterable[np.random.Generator],
) -> None:
    """Have some genomes of a population regenerate, each in a mode drawn from its stream."""
    for place, rng in zip(places, streams, strict=True):
        mode = REGEN_MODES[int(rng.integers(len(REGEN_MODES)))]
        genes = population.genes_of(place)
        grown = regenerated(genes, mode, intensity, settings, tracker, rng)
        genome = Genome.from_row(grown, population.table.row(place))
        genome.regen, genome.regen_mode = True, mode
        population[place] = genome


def _grow_head(sketch: _Sketch, genes: Genes, much: float, tracker: InnovationTracker) -> None:
    rng, inputs = sketch.rng, set(sketch.ids(INPUT))
    first = [pair for pair in sketch.enabled() if pair[0] in inputs]
    if not first:
        return
    n_weak = math.ceil(len(first) * (_WEAKENED[0] + _WEAKENED[1] * much))
    for pair in sketch.some(first, n_weak):
        sketch.edges[pair].weight *= rng.uniform(*_FACTORS)
    n_off = min(round(len(first) * _SWITCHED_OFF * much), len(first) - 1)
    off = set(sketch.some(first, n_off))
    for pair in off:
        sketch.edges[pair].enabled = False
    left = [pair for pair in first if pair not in off]
    for pair in sketch.some(left, 1 + round(2.0 * much)):
        _split_edge(sketch, pair, tracker)


def _split_edge(sketch: _Sketch, pair: _Pair, tracker: InnovationTracker) -> None:
    """Put a node in the place of a connection, where the caps allow it and it is a new one."""
    if not sketch.may_grow(nodes=1, edges=2):
        return
    number = tracker.edge_ids(*(np.array([end]) for end in pair))
    node = int(tracker.split_nodes(number)[0])
    if node in sketch.nodes:
        return
    source, target = pair
    old = sketch.edges[pair]
    activation = code_of("hidden_activation", sketch.settings.hidden_activation, ACTIVATIONS)
    sketch.nodes[node] = _Node(HIDDEN, activation, 0.0)
    sketch.edges[source, node] = _Edge(min(1.0, sketch.settings.weight_clip))
    sketch.edges[node, target] = _Edge(old.weight)
    old.enabled = False


def _grow_tail(sketch: _Sketch, much: float) -> None:
    outputs, hidden = sketch.ids(OUTPUT), sketch.ids(HIDDEN)
    last = [pair for pair in sketch.enabled() if pair[1] in set(outputs)]
    n_new = max(1, math.floor(len(last) * (0.15 + 0.45 * much)))
    for pair in sketch.some(last, n_new):
        sketch.edges[pair].weight = sketch.new_weight()
    for output in outputs:
        if hidden and sketch.rng.random() < 0.25 + 0.35 * much:
            sketch.join((hidden[int(sketch.rng.integers(len(hidden)))], output))


def _double_node(sketch: _Sketch, much: float, tracker: InnovationTracker) -> None:
    """Give a hidden node a twin with the same inputs, and some of its outgoing connections."""
    rng, hidden = sketch.rng, sketch.ids(HIDDEN)
    node = hidden[int(rng.integers(len(hidden)))]
    into = [(s, t) for s, t in sketch.edges if t == node and s != node]
    out = [(s, t) for s, t in sketch.edges if s == node and t != node]
    if not sketch.may_grow(nodes=1, edges=len(into)):
        return
    twin = tracker.twin_of(node, sketch.nodes)
    model = sketch.nodes[node]
    sketch.nodes[twin] = _Node(model.kind, model.activation, model.bias)
    for source, _ in into:
        edge = sketch.edges[source, node]
        weight = sketch.clipped(edge.weight + rng.normal(0.0, _TWIN_SIGMA))
        sketch.edges[source, twin] = _Edge(weight, edge.enabled)
    for _, target in out:
        if rng.random() < min(0.7, 0.25 + 0.45 * much):
            sketch.edges[twin, target] = sketch.edges.pop((node, target))


def _guard(sketch: _Sketch) -> None:
    """Join outputs that no input reaches, until enough are reached or 16 connections are added."""
    outputs = sketch.ids(OUTPUT)
    wanted = sketch.settings.min_conn_after_regen * len(outputs)
    for _ in range(_MOST_GUARD_EDGES):
        reached = sketch.reached()
        lost = [output for output in outputs if output not in reached]
        if len(outputs) - len(lost) >= wanted or not lost:
            return
        sources, room = sorted(reached - set(outputs)), sketch.may_grow(edges=1)
        of_each = ([(s, o) for s in sources if room or (s, o) in sketch.edges] for o in lost)
        ways = next(filter(None, of_each), None)
        if ways is None:
            return
        sketch.join(ways[int(sketch.rng.integers(len(ways)))])
