"""Slow, obvious twins of the kernels, written differently, for the tests to compare with."""

import math
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray

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


def mark(edges: dict[int, float]) -> int:
    """Twin of ``distance.mark``: a bit for each remainder of the innovations."""
    return sum(2**bit for bit in {innovation % 64 for innovation in edges})


def least_distance(
    a: dict[int, float],
    b: dict[int, float],
    c_excess: float,
    c_disjoint: float,
    normalise_above: float,
) -> float:
    """Twin of ``distance.least_distance``, of two genomes instead of their marks."""
    alone = {innovation % 64 for innovation in a} ^ {innovation % 64 for innovation in b}
    larger = max(len(a), len(b))
    n = larger if larger >= normalise_above and larger > 0 else 1
    return min(c_excess, c_disjoint) * len(alone) / n


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


def divide(
    genomes: list[dict[int, float]],
    known: list[dict[int, float]],
    threshold: float,
    measure: Callable[[dict[int, float], dict[int, float]], float],
) -> tuple[list[int], list[int]]:
    """Twin of ``speciate.divide``: species of each genome, into which each known one merged."""
    into = absorb(known, threshold, measure)
    stays = sorted(set(into))
    species, founders = assign(genomes, [known[k] for k in stays], threshold, measure)
    founding = [genomes[place] for place in founders]
    into, founded = succeed(founding, known, into, threshold, measure)
    return [(stays + founded)[s] for s in species], into


@dataclass
class Record:
    """What is known of a species, for the twins of the kernels that write it."""

    id: int
    created: int
    last_improved: int
    best_fitness: float


def describe(
    species: list[int], into: list[int], scores: list[float], known: list[Record], now: int
) -> tuple[list[Record], list[list[int]]]:
    """Twin of ``describe.describe``: records of species with members, and these, the best first.

    New species get ids from 100 on.
    """
    records, ranked = [], []
    for s in sorted(set(species)):
        merged = [record for record, joined in zip(known, into, strict=True) if joined == s]
        record = Record(100 + s - len(into), now, now, -math.inf)
        if s < len(into):
            best = min([*merged, known[s]], key=lambda one: (-one.best_fitness, one.last_improved))
            own = known[s]
            record = Record(own.id, own.created, best.last_improved, best.best_fitness)
        members = [genome for genome, label in enumerate(species) if label == s]
        ranked.append(best_first(scores, members))
        champion = worth(scores[ranked[-1][0]])
        if champion > record.best_fitness:
            record.best_fitness, record.last_improved = champion, now
        records.append(record)
    return records, ranked


def worth(score: float) -> float:
    """Twin of ``ranking.worth``."""
    return score if score == score else -math.inf


def best_first(scores: Sequence[float], candidates: Sequence[int]) -> list[int]:
    """Twin of ``ranking.rank_best`` for all candidates."""
    return sorted(candidates, key=lambda index: (-worth(scores[index]), index))


def pairwise_sum(values: Sequence[float]) -> float:
    """Twin of ``share.pairwise_sum``, as NumPy's own is written."""
    n = len(values)
    if n > 128:
        half = n // 2 - n // 2 % 8
        return pairwise_sum(values[:half]) + pairwise_sum(values[half:])
    whole = n - n % 8
    lanes = [sum(values[lane:whole:8]) for lane in range(8)] if whole else [0.0] * 8
    while len(lanes) > 1:
        lanes = [lanes[i] + lanes[i + 1] for i in range(0, len(lanes), 2)]
    return sum(values[whole:], lanes[0])


def shift(scores: FloatArray) -> FloatArray:
    """Twin of ``share.shift``."""
    finite = np.isfinite(scores)
    if not finite.any():
        return np.asarray(scores == np.inf, dtype=np.float64)
    low, high = scores[finite].min(), scores[finite].max()
    held = np.clip(np.where(np.isnan(scores), low, scores), low, high)
    shares = held / (np.abs(scores[finite]).max() or 1.0)
    return np.asarray(shares - min(float(shares.min()), 0.0))


def allot(
    members: list[list[int]],
    scores: FloatArray,
    total: int,
    is_barred: Sequence[bool],
    elitism_min_size: int,
) -> list[int]:
    """Twin of ``share.allot``, whole arrays at a time."""
    size = np.array([len(own) for own in members])
    champion = np.array([max(worth(scores[i]) for i in own) for own in members])
    best = int(champion.argmax())
    breeds = ~np.array(is_barred)
    breeds[best] = True
    shares = shift(scores)
    mean = np.array([shares[own[0]] + pairwise_sum(shares[own[1:]].tolist()) for own in members])
    least = (breeds & (size > elitism_min_size)).astype(np.int64)
    least[best] = 1
    least[np.lexsort((-champion, 1 - least))[total:]] = 0
    share = np.where(breeds, mean / size, 0.0)
    share = share if share.any() else breeds.astype(np.float64)
    above = np.maximum(share / pairwise_sum(share.tolist()) * total - least, 0.0)
    left = total - int(least.sum())
    if left:
        above *= left / pairwise_sum(above.tolist())
        least += np.floor(above).astype(np.int64)
        remainder = np.where(breeds, above - np.floor(above), -1.0)
        missing = total - int(least.sum())
        least[np.argsort(-remainder, kind="stable")[:missing]] += 1
    return [int(count) for count in least]


@dataclass
class Mating:
    """Twin of ``mate.Mating``."""

    survival_fraction: float = 0.2
    elitism_min_size: int = 5
    p_crossover: float = 0.75
    p_interspecies: float = 0.0
    p_average: float = 0.0
    p_differential: float = 0.0


Row = tuple[int, int, bool, bool, int, int]


def survivors(members: list[int], scores: Sequence[float], fraction: float) -> list[int]:
    """Twin of ``mate.rank_survivors`` for one species."""
    n = max(1, math.ceil(fraction * len(members) - 1e-9))
    return best_first(scores, members)[:n]


def choose_parents(
    members: list[list[int]],
    scores: Sequence[float],
    n_offspring: list[int],
    mating: Mating,
    draws: list[Draws],
) -> list[Row]:
    """Twin of ``mate.choose_parents``: a row of the plan for every child."""
    able = [survivors(own, scores, mating.survival_fraction) for own in members]
    plan: list[Row] = []
    for s, own in enumerate(able):
        others = able[:s] + able[s + 1 :]
        for k in range(n_offspring[s]):
            if k == 0 and len(members[s]) > mating.elitism_min_size:
                plan.append((own[0], -1, True, False, -1, -1))
                continue
            draw = draws[len(plan)]
            mother, father = own[draw.below(len(own))], -1
            if draw.uniform() < mating.p_crossover:
                pool = own
                if others and draw.uniform() < mating.p_interspecies:
                    pool = others[draw.below(len(others))]
                father = pool[draw.below(len(pool))]
            variant = (False, -1, -1)
            if father not in (mother, -1) and mating.p_average + mating.p_differential > 0.0:
                variant = _variant(own, mating, draw)
            plan.append((mother, -1 if father == mother else father, False, *variant))
    return plan


def _variant(own: list[int], mating: Mating, draw: Draws) -> tuple[bool, int, int]:
    share = draw.uniform()
    if share < mating.p_average:
        return True, -1, -1
    if share >= mating.p_average + mating.p_differential or len(own) == 1:
        return False, -1, -1
    plus = own[draw.below(len(own))]
    rest = [one for one in own if one != plus]
    return False, plus, rest[draw.below(len(rest))]


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
