"""Slow, obvious twins of the kernels, written differently, for the tests to compare with."""

import math
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

_WORD = 2**64
_GAMMA = 0x9E3779B97F4A7C15


def random_bits(key_a: int, key_b: int, start: int, n_draws: int) -> list[int]:
    """Twin of ``kernels.random.draw_bits`` in Python's whole numbers."""
    drawn = []
    for number in range(start, start + n_draws):
        bits = (key_a + number * _GAMMA) % _WORD
        for added in (key_b, 0):
            for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 1)):
                bits = (bits ^ (bits // 2**shift)) * factor % _WORD
            bits = (bits + added) % _WORD
        drawn.append(bits)
    return drawn


def random_uniforms(key_a: int, key_b: int, n_draws: int) -> list[float]:
    """Twin of ``kernels.random.draw_uniform`` from the first draw on."""
    return [bits // 2**11 / 2**53 for bits in random_bits(key_a, key_b, 0, n_draws)]


def box_muller(first: float, second: float) -> float:
    """Twin of ``kernels.random.draw_normal`` (Box & Muller 1958, eq. 1)."""
    return math.sqrt(-2.0 * math.log1p(-first)) * math.cos(2.0 * math.pi * second)


def cauchy_quantile(share: float) -> float:
    """Twin of ``kernels.random.draw_cauchy``: the value below which ``share`` of it lies."""
    return -math.cos(math.pi * share) / math.sin(math.pi * share)


class Draws:
    """Twin of a kernel's stream: hands out its draws one by one."""

    def __init__(self, key_a: int, key_b: int, start: int = 0) -> None:
        self.key_a, self.key_b, self.count = key_a, key_b, start

    def uniform(self) -> float:
        """Twin of ``draw_uniform``."""
        self.count += 1
        return random_bits(self.key_a, self.key_b, self.count - 1, 1)[0] // 2**11 / 2**53

    def below(self, n: int) -> int:
        """Twin of ``draw_below``."""
        return int(self.uniform() * n)

    def normal(self) -> float:
        """Twin of ``draw_normal``."""
        return box_muller(self.uniform(), self.uniform())

    def one_of(self, options: Sequence[int]) -> int:
        """Reservoir of one: the k-th option replaces the choice with probability 1/k."""
        return [option for k, option in enumerate(options, 1) if self.uniform() * k < 1.0][-1]


@dataclass
class PlainGenome:
    """A genome in dictionaries, for the twins of the breeding kernels.

    ``nodes``: id -> [kind, activation, bias]; ``edges``: innovation -> [source, target,
    weight, enabled].
    """

    nodes: dict[int, list[Any]]
    edges: dict[int, list[Any]]

    def copy(self) -> "PlainGenome":
        return deepcopy(self)

    def ids(self, kind: int) -> list[int]:
        return sorted(i for i, node in self.nodes.items() if node[0] == kind)

    def pairs(self) -> set[tuple[int, int]]:
        return {(edge[0], edge[1]) for edge in self.edges.values()}


def distance(
    a: dict[int, float],
    b: dict[int, float],
    c_excess: float,
    c_disjoint: float,
    c_weight: float,
    normalise_above: float,
) -> float:
    """Twin of ``kernels.distance``: innovation -> weight of both genomes, in sets."""
    shared, unmatched = a.keys() & b.keys(), a.keys() ^ b.keys()
    last_common = min(max(a, default=-1), max(b, default=-1))
    excess = sum(innovation > last_common for innovation in unmatched)
    larger = max(len(a), len(b))
    n = larger if larger >= normalise_above and larger > 0 else 1
    gap = math.fsum(abs(a[i] - b[i]) for i in shared) / len(shared) if shared else 0.0
    return (c_excess * excess + c_disjoint * (len(unmatched) - excess)) / n + c_weight * gap


def absorb(
    known: list[dict[int, float]],
    threshold: float,
    measure: Callable[[dict[int, float], dict[int, float]], float],
) -> list[int]:
    """Twin of ``speciate.absorb``: those that stay are assigned as genomes with no one known."""
    species, stays = assign(known, [], threshold, measure)
    return [stays[s] for s in species]


def assign(
    genomes: list[dict[int, float]],
    known: list[dict[int, float]],
    threshold: float,
    measure: Callable[[dict[int, float], dict[int, float]], float],
) -> tuple[list[int], list[int]]:
    """Twin of ``speciate.assign``: species of each genome, and the founders of new ones."""
    representatives = list(known)
    species, founders = [], []
    for place, genome in enumerate(genomes):
        gaps = [(measure(genome, other), k) for k, other in enumerate(representatives)]
        near = [(gap, k) for gap, k in gaps if gap < threshold]
        if not near:
            founders.append(place)
            representatives.append(genome)
        species.append(min(near)[1] if near else len(representatives) - 1)
    return species, founders


def succeed(
    founders: list[dict[int, float]],
    known: list[dict[int, float]],
    into: list[int],
    threshold: float,
    measure: Callable[[dict[int, float], dict[int, float]], float],
) -> tuple[list[int], list[int]]:
    """Twin of ``speciate.succeed``: into which each has merged after that, founders' species."""
    merged = {k for k, joined in enumerate(into) if joined != k}
    species: list[int] = []
    for founder in founders:
        gaps = [(measure(founder, known[k]), k) for k in sorted(merged)]
        near = [(gap, k) for gap, k in gaps if gap < threshold]
        n_new = sum(s >= len(known) for s in species)
        species.append(min(near)[1] if near else len(known) + n_new)
        merged.discard(species[-1])
    return [into[k] if k in merged else k for k in range(len(known))], species


def choose_parents(
    ranked: list[list[int]],
    n_survivors: list[int],
    n_offspring: list[int],
    keeps_champion: list[bool],
    p_crossover: float,
    p_interspecies: float,
    draws: list[Draws],
) -> list[tuple[int, int, bool]]:
    """Twin of ``mate.choose_parents``: (mother, father, elite) of every child."""
    survivors = [members[:n] for members, n in zip(ranked, n_survivors, strict=True)]
    plan = []
    for s, own in enumerate(survivors):
        others = survivors[:s] + survivors[s + 1 :]
        for k in range(n_offspring[s]):
            if k == 0 and keeps_champion[s]:
                plan.append((own[0], -1, True))
                continue
            draw = draws[len(plan)]
            mother, father = own[draw.below(len(own))], -1
            if draw.uniform() < p_crossover:
                pool = own
                if others and draw.uniform() < p_interspecies:
                    pool = others[draw.below(len(others))]
                father = pool[draw.below(len(pool))]
            plan.append((mother, -1 if father == mother else father, False))
    return plan


def choose_base(
    mother: int, father: int, fitness: list[float], genomes: list[PlainGenome]
) -> tuple[int, int]:
    """Twin of ``inherit.choose_base``: the parent that lends structure, and the other."""
    if father < 0:
        return mother, father

    def merit(parent: int) -> tuple[float, int, bool]:
        size = len(genomes[parent].nodes) + len(genomes[parent].edges)
        return fitness[parent], -size, parent == mother

    base = max(mother, father, key=merit)
    return base, father if base == mother else mother


def inherit(
    base: PlainGenome, other: PlainGenome | None, p_inherit_disabled: float, draw: Draws
) -> PlainGenome:
    """Twin of ``inherit.inherit_nodes`` and then ``inherit_edges``, with their matches."""
    child = base.copy()
    if other is None:
        return child
    for i in sorted(child.nodes.keys() & other.nodes.keys()):
        if draw.uniform() < 0.5:
            child.nodes[i][1:] = other.nodes[i][1:]
    for innovation in sorted(child.edges):
        flags = [base.edges[innovation][3]]
        if innovation in other.edges:
            flags.append(other.edges[innovation][3])
            if draw.uniform() < 0.5:
                child.edges[innovation][2] = other.edges[innovation][2]
        child.edges[innovation][3] = all(flags) or draw.uniform() >= p_inherit_disabled
    return child


def mutate_weights(
    genome: PlainGenome,
    p_mutate: float,
    p_replace: float,
    sigma: float,
    initial_sigma: float,
    clip: float,
    draw: Draws,
) -> None:
    """Twin of ``mutate.mutate_weights`` for one genome."""
    if draw.uniform() < p_mutate:
        for _, edge in sorted(genome.edges.items()):
            new = draw.uniform() < p_replace
            moved = (0.0 if new else edge[2]) + (initial_sigma if new else sigma) * draw.normal()
            edge[2] = sorted([-clip, moved, clip])[1]


def mutate_nodes(
    genome: PlainGenome,
    p_bias: float,
    bias_sigma: float,
    clip: float,
    p_activation: float,
    options: list[int],
    draw: Draws,
) -> None:
    """Twin of ``mutate.mutate_nodes`` for one genome."""
    for _, node in sorted(genome.nodes.items()):
        kind, _, bias = node
        if kind != 0 and draw.uniform() < p_bias:
            node[2] = sorted([-clip, bias + bias_sigma * draw.normal(), clip])[1]
        if kind == 1 and draw.uniform() < p_activation:
            node[1] = options[draw.below(len(options))]


def leads_to(pairs: set[tuple[int, int]], start: int, goal: int) -> bool:
    """Return whether a way along ``pairs`` leads from ``start`` to ``goal``."""
    if start == goal:
        return True
    rest = {pair for pair in pairs if pair[0] != start}
    return any(leads_to(rest, b, goal) for a, b in pairs if a == start)


@dataclass
class Proposal:
    """Twin of a row of ``structure.propose``; edges by innovation."""

    split: int | None = None
    pair: tuple[int, int] | None = None
    weight: float = 0.0
    drop_edge: int | None = None
    drop_node: int | None = None
    toggle: int | None = None


def propose(
    genome: PlainGenome,
    split_node: dict[int, int],
    rates: Any,
    feed_forward: bool,
    draw: Draws,
    tries: int,
) -> Proposal:
    """Twin of ``structure.propose`` for one genome."""
    wanted = Proposal()
    hidden, edges = genome.ids(1), sorted(genome.edges)
    size = len(edges)
    if draw.uniform() < rates.p_add_node and size + 2 <= rates.max_edges:
        fresh = [
            e for e in edges if genome.edges[e][3] and split_node.get(e, -1) not in genome.nodes
        ]
        if fresh and len(hidden) < rates.max_hidden:
            wanted.split = draw.one_of(fresh)
            size += 2
    if draw.uniform() < rates.p_add_connection and size < rates.max_edges:
        sources = sorted(genome.nodes.keys() - (genome.ids(2) if feed_forward else []))
        targets = sorted(genome.nodes.keys() - genome.ids(0))
        for _ in range(tries if sources and targets else 0):
            a, b = sources[draw.below(len(sources))], targets[draw.below(len(targets))]
            closes = feed_forward and leads_to(genome.pairs(), b, a)
            if (a, b) not in genome.pairs() and not closes:
                wanted.pair = (a, b)
                break
        limit = rates.weight_clip
        wanted.weight = sorted([-limit, rates.weight_sigma * draw.normal(), limit])[1]
    if wanted.split is None and wanted.pair is None:
        if draw.uniform() < rates.p_remove_connection and edges:
            wanted.drop_edge = edges[draw.below(len(edges))]
        if draw.uniform() < rates.p_remove_node and hidden:
            wanted.drop_node = draw.one_of(hidden)
    if draw.uniform() < rates.p_toggle and edges:
        wanted.toggle = edges[draw.below(len(edges))]
    return wanted


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
