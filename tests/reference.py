"""Slow, obvious twins of the kernels, written differently, for the tests to compare with."""

import math
import operator
from collections.abc import Callable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from itertools import accumulate
from statistics import NormalDist
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


def cauchy_quantile(share: float) -> float:
    """Twin of ``kernels.random.draw_cauchy``: the value below which ``share`` of it lies."""
    return -math.cos(math.pi * share) / math.sin(math.pi * share)


def _ziggurat() -> list[float]:
    """Twin of ``kernels.random.EDGE``: from the top down, where a layer's area is known."""
    normal = NormalDist()
    end = 3.6541528853610088
    area = math.sqrt(2.0 * math.pi) * (end * normal.pdf(end) + 1.0 - normal.cdf(end))
    edges = [0.0]
    while len(edges) < 256:  # the next edge x has area x * (height above - height at x)
        above = math.exp(-(edges[-1] ** 2) / 2.0)
        low, high = edges[-1], end + 1.0
        for _ in range(200):
            x = (low + high) / 2.0
            fits = x * (above - math.exp(-(x**2) / 2.0)) < area
            low, high = (x, high) if fits else (low, x)
        edges.append(low)
    return [area / math.exp(-(end**2) / 2.0), *reversed(edges)]


ZIGGURAT = _ziggurat()


class Draws:
    """Twin of a kernel's stream: hands out its draws one by one."""

    def __init__(self, key_a: int, key_b: int, start: int = 0) -> None:
        self.key_a, self.key_b, self.count = key_a, key_b, start

    def bits(self) -> int:
        """Twin of ``draw_bits``."""
        self.count += 1
        return random_bits(self.key_a, self.key_b, self.count - 1, 1)[0]

    def uniform(self) -> float:
        """Twin of ``draw_uniform``."""
        return self.bits() // 2**11 / 2**53

    def cauchy(self) -> float:
        """Twin of ``draw_cauchy``."""
        return cauchy_quantile(self.uniform())

    def below(self, n: int) -> int:
        """Twin of ``draw_below``."""
        return int(self.uniform() * n)

    def normal(self) -> float:
        """Twin of ``draw_normal``: layers by index, each from its own edge to the next one."""
        bits = self.bits()
        sign = 1.0 if bits // 256 % 2 else -1.0
        while True:
            layer, share = bits % 256, bits // 2**11 / 2**53
            x = share * ZIGGURAT[layer]
            if x < ZIGGURAT[layer + 1]:
                return sign * x
            if layer == 0:
                return sign * self._tail()
            y = [math.exp(-(edge**2) / 2.0) for edge in ZIGGURAT[layer : layer + 2]]
            if y[0] + self.uniform() * (y[1] - y[0]) < math.exp(-(x**2) / 2.0):
                return sign * x
            bits = self.bits()

    def _tail(self) -> float:
        while True:
            past = -math.log1p(-self.uniform()) / ZIGGURAT[1]
            if -2.0 * math.log1p(-self.uniform()) >= past**2:
                return ZIGGURAT[1] + past

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
    """Twin of ``speciate.approach`` and ``found``: species of each genome, founders of new ones."""
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


def summed(values: Sequence[float]) -> float:
    """Twin of ``share.summed``: what each addition loses, in fractions."""
    totals = list(accumulate(values, initial=0.0))
    pairs = zip(totals[:-1], values, totals[1:], strict=True)
    lost = [float(Fraction(old) + Fraction(value) - Fraction(new)) for old, value, new in pairs]
    return totals[-1] + reduce(operator.add, lost, 0.0)


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
    mean = np.array([summed(shares[own].tolist()) for own in members])
    least = (breeds & (size > elitism_min_size)).astype(np.int64)
    least[best] = 1
    least[np.lexsort((-champion, 1 - least))[total:]] = 0
    share = np.where(breeds, mean / size, 0.0)
    share = share if share.any() else breeds.astype(np.float64)
    above = np.maximum(share / summed(share.tolist()) * total - least, 0.0)
    left = total - int(least.sum())
    if left:
        above *= left / summed(above.tolist())
        least += np.floor(above).astype(np.int64)
        remainder = np.where(breeds, above - np.floor(above), -1.0)
        missing = total - int(least.sum())
        least[np.argsort(-remainder, kind="stable")[:missing]] += 1
    return [int(count) for count in least]


@dataclass
class Mating:
    """Twin of ``mate.Mating``."""

    survival_fraction: float = 0.2
    tournament_size: int = 1
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
            mother, father = _winner(own, mating, draw), -1
            if draw.uniform() < mating.p_crossover:
                pool = own
                if others and draw.uniform() < mating.p_interspecies:
                    pool = others[draw.below(len(others))]
                father = _winner(pool, mating, draw)
            variant = (False, -1, -1)
            if father not in (mother, -1) and mating.p_average + mating.p_differential > 0.0:
                variant = _variant(own, mating, draw)
            plan.append((mother, -1 if father == mother else father, False, *variant))
    return plan


def _winner(ranked: list[int], mating: Mating, draw: Draws) -> int:
    return ranked[min(draw.below(len(ranked)) for _ in range(mating.tournament_size))]


def _variant(own: list[int], mating: Mating, draw: Draws) -> tuple[bool, int, int]:
    share = draw.uniform()
    if share < mating.p_average:
        return True, -1, -1
    if share >= mating.p_average + mating.p_differential or len(own) == 1:
        return False, -1, -1
    plus = own[draw.below(len(own))]
    rest = [one for one in own if one != plus]
    return False, plus, rest[draw.below(len(rest))]
