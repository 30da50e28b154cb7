"""Slow, obvious twins of the breeding kernels: genomes in dictionaries, one child at a time."""

import math
from dataclasses import dataclass
from typing import Any

from tests.reference import Draws, PlainGenome

Pair = tuple[int, int]


@dataclass(frozen=True)
class Mating:
    """Who begets a child: places among the parents, -1 for nobody."""

    base: int
    other: int = -1
    average: bool = False
    plus: int = -1
    minus: int = -1
    elite: bool = False


def choose_base(mother: int, father: int, fitness: list[float], genomes: list[PlainGenome]) -> Pair:
    """Twin of ``inherit.choose_base``: the parent that lends structure, and the other."""
    if father < 0:
        return mother, father

    def merit(parent: int) -> tuple[float, int, bool]:
        score = -math.inf if math.isnan(fitness[parent]) else fitness[parent]
        size = len(genomes[parent].nodes) + len(genomes[parent].edges)
        return score, -size, parent == mother

    base = max(mother, father, key=merit)
    return base, father if base == mother else mother


def inherit(
    base: PlainGenome,
    other: PlainGenome | None,
    average: bool,
    p_inherit_disabled: float,
    draw: Draws,
) -> PlainGenome:
    """Twin of ``inherit.inherit_nodes`` and then ``inherit_edges``."""
    child, picks = base.copy(), 0
    if other is None:
        return child
    for place, i in enumerate(sorted(child.nodes)):
        picks = draw.bits() if place % 64 == 0 else picks // 2
        if i in other.nodes and average:
            child.nodes[i][2] = (base.nodes[i][2] + other.nodes[i][2]) / 2.0
        elif i in other.nodes and picks % 2:
            child.nodes[i][1:] = other.nodes[i][1:]
    for place, innovation in enumerate(sorted(child.edges)):
        picks = draw.bits() if place % 64 == 0 else picks // 2
        flags = [base.edges[innovation][3]]
        if innovation in other.edges:
            flags.append(other.edges[innovation][3])
            weights = [genome.edges[innovation][2] for genome in (base, other)]
            if average:
                child.edges[innovation][2] = sum(weights) / 2.0
            elif picks % 2:
                child.edges[innovation][2] = weights[1]
        child.edges[innovation][3] = all(flags) or draw.uniform() >= p_inherit_disabled
    return child


def held(value: float, limit: float) -> float:
    """Twin of ``mutate.clipped`` for numbers."""
    return sorted([-limit, value, limit])[1]


def add_difference(
    child: PlainGenome, plus: PlainGenome, minus: PlainGenome, factor: float, clip: float
) -> None:
    """Twin of ``inherit.add_difference`` for nodes and edges, and of the clip after it."""
    for mine, one, two in (
        (child.nodes, plus.nodes, minus.nodes),
        (child.edges, plus.edges, minus.edges),
    ):
        for i, gene in mine.items():
            if i in one and i in two:
                gene[2] += factor * (one[i][2] - two[i][2])
            gene[2] = held(gene[2], clip)


def mutate_scale(scale: float, adaptation: float, draw: Draws) -> float:
    """Twin of ``mutate.mutate_scale``."""
    if not adaptation:
        return scale
    exponent = math.log10(scale) + adaptation * draw.normal() / math.log(10.0)
    return math.pow(10.0, held(exponent, 3.0))


def move(value: float, sigma: float, noise: Any, draw: Draws) -> float:
    """Twin of ``mutate.moved``."""
    unit = draw.cauchy() if noise.cauchy else draw.normal()
    return held(value + sigma * unit, noise.clip)


def new_weight(noise: Any, draw: Draws) -> float:
    """Twin of ``mutate.draw_weight``; a uniform number has a 12th of its width as variance."""
    if noise.uniform:
        width = float(noise.initial_sigma) * math.sqrt(12.0)
        return held(width * draw.uniform() - width / 2.0, noise.clip)
    return held(noise.initial_sigma * draw.normal(), noise.clip)


def mutate_weights(genome: PlainGenome, noise: Any, scale: float, draw: Draws) -> None:
    """Twin of ``mutate.mutate_weights``."""
    if draw.uniform() < noise.p_mutate:
        for _, edge in sorted(genome.edges.items()):
            is_new = draw.uniform() < noise.p_replace
            sigma = noise.sigma * scale
            edge[2] = new_weight(noise, draw) if is_new else move(edge[2], sigma, noise, draw)


def mutate_nodes(
    genome: PlainGenome, noise: Any, scale: float, options: list[int], draw: Draws
) -> None:
    """Twin of ``mutate.mutate_nodes``."""
    for _, node in sorted(genome.nodes.items()):
        kind, _, bias = node
        if kind != 0 and draw.uniform() < noise.p_bias:
            node[2] = move(bias, noise.bias_sigma * scale, noise, draw)
        if kind == 1 and draw.uniform() < noise.p_activation:
            node[1] = options[draw.below(len(options))]


def make_child(
    parents: list[PlainGenome], mating: Mating, scale: float, variation: Any, draw: Draws
) -> tuple[PlainGenome, float]:
    """Twin of the first half of ``breed.conceive``: a child and its factor on its moves."""
    other = parents[mating.other] if mating.other >= 0 else None
    child = inherit(parents[mating.base], other, mating.average, variation.p_inherit_disabled, draw)
    if mating.elite:
        return child, scale
    noise, factor = variation.noise, variation.differential_weight
    if mating.plus >= 0 and factor:
        add_difference(child, parents[mating.plus], parents[mating.minus], factor, noise.clip)
    scale = mutate_scale(scale, noise.adaptation, draw)
    mutate_weights(child, noise, scale, draw)
    mutate_nodes(child, noise, scale, variation.options.tolist(), draw)
    return child, scale


def leads_to(pairs: set[Pair], start: int, goal: int) -> bool:
    """Return whether a way along ``pairs`` leads from ``start`` to ``goal``."""
    if start == goal:
        return True
    rest = {pair for pair in pairs if pair[0] != start}
    return any(leads_to(rest, b, goal) for a, b in pairs if a == start)


@dataclass
class Proposal:
    """Twin of a row of ``structure.propose``; edges by innovation."""

    split: int | None = None
    pair: Pair | None = None
    weight: float = 0.0
    drop_edge: int | None = None
    drop_node: int | None = None
    toggle: int | None = None


def propose(
    genome: PlainGenome,
    split_node: dict[int, int],
    growth: Any,
    noise: Any,
    draw: Draws,
    tries: int,
) -> Proposal:
    """Twin of ``structure.propose``."""
    wanted = Proposal()
    hidden, edges = genome.ids(1), sorted(genome.edges)
    size = len(edges)
    if draw.uniform() < growth.p_add_node and size + 2 <= growth.max_edges:
        fresh = [
            e for e in edges if genome.edges[e][3] and split_node.get(e, -1) not in genome.nodes
        ]
        if fresh and len(hidden) < growth.max_hidden:
            wanted.split = draw.one_of(fresh)
            size += 2
    if draw.uniform() < growth.p_add_connection and size < growth.max_edges:
        wanted.pair = _open_pair(genome, growth.feed_forward, draw, tries)
        wanted.weight = new_weight(noise, draw)
    if wanted.split is None and wanted.pair is None:
        if draw.uniform() < growth.p_remove_connection and edges:
            wanted.drop_edge = edges[draw.below(len(edges))]
        if draw.uniform() < growth.p_remove_node and hidden:
            wanted.drop_node = draw.one_of(hidden)
    if draw.uniform() < growth.p_toggle and edges:
        wanted.toggle = edges[draw.below(len(edges))]
    return wanted


def _open_pair(genome: PlainGenome, feed_forward: bool, draw: Draws, tries: int) -> Pair | None:
    sources = sorted(genome.nodes.keys() - (genome.ids(2) if feed_forward else []))
    targets = sorted(genome.nodes.keys() - genome.ids(0))
    for _ in range(tries if sources and targets else 0):
        a, b = sources[draw.below(len(sources))], targets[draw.below(len(targets))]
        closes = feed_forward and leads_to(genome.pairs(), b, a)
        if (a, b) not in genome.pairs() and not closes:
            return a, b
    return None


def splice(
    genome: PlainGenome,
    wanted: Proposal,
    ids: tuple[int, int, int, int],
    activation: int,
    weight_in: float,
) -> PlainGenome:
    """Twin of ``splice``: ``ids`` are the new node, the edges into and out of it, the new edge."""
    child = genome.copy()
    if wanted.toggle is not None:
        child.edges[wanted.toggle][3] = not child.edges[wanted.toggle][3]
    if wanted.split is not None:
        old = child.edges[wanted.split]
        old[3] = False
        child.nodes[ids[0]] = [1, activation, 0.0]
        child.edges[ids[1]] = [old[0], ids[0], weight_in, True]
        child.edges[ids[2]] = [ids[0], old[1], old[2], True]
    if wanted.pair is not None:
        child.edges[ids[3]] = [*wanted.pair, wanted.weight, True]
    if wanted.drop_edge is not None:
        del child.edges[wanted.drop_edge]
    if wanted.drop_node is not None:
        del child.nodes[wanted.drop_node]
        child.edges = {i: e for i, e in child.edges.items() if wanted.drop_node not in e[:2]}
    return child


class PlainTracker:
    """Twin of ``kernels.numbering`` and of ``InnovationTracker``: dictionaries, one at a time."""

    def __init__(self, next_node: int = 0, next_innovation: int = 0) -> None:
        self.edges: dict[Pair, int] = {}
        self.splits: dict[int, int] = {}
        self.next_node = next_node
        self.next_innovation = next_innovation

    def edge_id(self, pair: Pair) -> int:
        if pair not in self.edges:
            self.edges[pair] = self.next_innovation
            self.next_innovation += 1
        return self.edges[pair]

    def split_node(self, edge: int) -> int:
        if edge not in self.splits:
            self.splits[edge] = self.next_node
            self.next_node += 1
        return self.splits[edge]

    def learn(self, genome: PlainGenome) -> None:
        """Take over the numbers of a genome's genes."""
        for number, (source, target, *_) in genome.edges.items():
            self.edges[source, target] = number
            self.next_innovation = max(self.next_innovation, number + 1)
        self.next_node = max([self.next_node, *(node + 1 for node in genome.nodes)])

    def number_proposals(
        self, genomes: list[PlainGenome], wanted: list[Proposal]
    ) -> list[tuple[int, int, int, int]]:
        """Twin of ``numbering.number_proposals``: what ``splice`` takes, -1 where nothing is."""
        ends = {
            k: genomes[k].edges[proposal.split]
            for k, proposal in enumerate(wanted)
            if proposal.split is not None
        }
        node = {k: self.split_node(wanted[k].split or 0) for k in ends}
        into = {k: self.edge_id((end[0], node[k])) for k, end in ends.items()}
        out = {k: self.edge_id((node[k], end[1])) for k, end in ends.items()}
        new = {k: self.edge_id(p.pair) for k, p in enumerate(wanted) if p.pair is not None}
        columns = (node, into, out, new)
        rows = [[column.get(k, -1) for column in columns] for k in range(len(wanted))]
        return [(row[0], row[1], row[2], row[3]) for row in rows]


def inherit_rows(
    parents: list[dict[str, Any]],
    mother: list[int],
    father: list[int],
    matings: list[Mating],
    scale: list[float],
    generation: int,
    first_id: int,
) -> list[dict[str, Any]]:
    """Twin of ``rows.inherit_rows`` on rows in dictionaries."""
    children, ids = [], iter(range(first_id, first_id + len(matings)))
    for m, f, mating, factor in zip(mother, father, matings, scale, strict=True):
        child = parents[mating.base] | {"fitness": math.nan, "noise_scale": factor}
        if not mating.elite:
            child["id"], child["birth"] = next(ids), generation
            child["mother"] = parents[m]["id"]
            child["father"] = parents[f]["id"] if f >= 0 else -1
        children.append(child)
    return children
