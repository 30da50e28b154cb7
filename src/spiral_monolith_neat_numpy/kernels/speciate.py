"""Dividing a population into species (Stanley & Miikkulainen, 2002, section 3.3).

A genome belongs to the nearest representative under the threshold; the paper takes the
first one, which makes a species' size depend on its age. It also lets species only ever
part; here those that have come near to one another are one again.
"""

import numpy as np

from spiral_monolith_neat_numpy.arrays import IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.distance import (
    Measure,
    Spans,
    distance,
    least_distance,
    mark,
)
from spiral_monolith_neat_numpy.kernels.jit import kernel
from spiral_monolith_neat_numpy.kernels.registers import borrowed


@kernel
def absorb(
    known: Spans, measure: Measure, threshold: float, out_mark: KeyArray, out_into: IntArray
) -> None:
    """Merge every species whose representative is near to that of an older one.

    Species are taken in order, the oldest first. One that is nearer than ``threshold`` to
    species that stay joins the nearest of them; of equally near ones the oldest. So those
    that stay are all apart. A distance that is not a number is never near.

    Args:
        known: one representative per species.
        measure: the distance's coefficients.
        threshold: largest distance within a species, itself excluded.
        out_mark: ``(s,)`` uint64, set to the representatives' marks.
        out_into: ``(s,)`` int64, set to the species that each joins, itself if it stays.
    """
    known = borrowed(known)
    for s in range(out_into.size):
        nearest = threshold
        size = known.offset[s + 1] - known.offset[s]
        out_into[s], out_mark[s] = s, mark(known, s)
        for older in range(s):
            if out_into[older] != older:
                continue
            other_size = known.offset[older + 1] - known.offset[older]
            least = least_distance(out_mark[s], size, out_mark[older], other_size, measure)
            if least > nearest:
                continue
            gap = distance(known, s, known, older, measure)
            if gap < nearest:
                nearest = gap
                out_into[s] = older


@kernel
def assign(
    population: Spans,
    known: Spans,
    known_mark: KeyArray,
    into: IntArray,
    measure: Measure,
    threshold: float,
    out_mark: KeyArray,
    out_species: IntArray,
    out_founder: IntArray,
) -> int:
    """Assign every genome to a species and return the number of new species.

    Genomes are taken in order. One that is nearer than ``threshold`` to no representative
    founds a species and represents it for the genomes after it. Of equally near ones the
    first counts. A distance that is not a number is never near.

    Args:
        population: all genomes.
        known: one representative per known species.
        known_mark: ``(s,)`` uint64, their marks.
        into: ``(s,)`` int64 from ``absorb``; merged species take nobody.
        measure: the distance's coefficients.
        threshold: largest distance within a species, itself excluded.
        out_mark: ``(n,)`` uint64, set to the genomes' marks.
        out_species: ``(n,)`` int64, set to 0 .. s - 1 for known species and s + k for the
            k-th new one.
        out_founder: ``(n,)`` int64; entry k is set to the genome that founded species s + k.
    """
    population, known = borrowed(population), borrowed(known)
    offset, n_known, n_new = population.offset, into.size, 0
    last = -1
    for genome in range(out_species.size):
        own_mark, size = mark(population, genome), offset[genome + 1] - offset[genome]
        nearest, chosen = threshold, -1
        # Siblings lie side by side: the species of the one before is tried first, since a small
        # distance found early leaves little to look at.
        for turn in range(-1, n_known + n_new):
            s = turn if turn >= 0 else last
            if s < 0 or (s == last and turn >= 0):
                continue
            if s < n_known:
                if into[s] != s:
                    continue
                other_size = known.offset[s + 1] - known.offset[s]
                least = least_distance(own_mark, size, known_mark[s], other_size, measure)
                if least > nearest:
                    continue
                gap = distance(population, genome, known, s, measure)
            else:
                founder = out_founder[s - n_known]
                other_size = offset[founder + 1] - offset[founder]
                least = least_distance(own_mark, size, out_mark[founder], other_size, measure)
                if least > nearest:
                    continue
                gap = distance(population, genome, population, founder, measure)
            if gap < nearest or (gap == nearest and s < chosen):
                nearest, chosen = gap, s
        if chosen < 0:
            out_founder[n_new] = genome
            chosen = n_known + n_new
            n_new += 1
        out_mark[genome], out_species[genome] = own_mark, chosen
        last = chosen
    return n_new


@kernel
def succeed(
    founder: IntArray,
    population: Spans,
    known: Spans,
    measure: Measure,
    threshold: float,
    out_into: IntArray,
    out_species: IntArray,
) -> None:
    """Let merged species go on with founders that lie near to their representatives.

    Founders are taken in order; each goes on with the nearest merged species nearer than
    ``threshold`` that has no founder yet, of equally near ones the oldest.

    Args:
        founder: ``(k,)`` int64 genomes that ``assign`` found near to no species that stays.
        population: all genomes.
        known: one representative per known species, merged ones too.
        measure: the distance's coefficients.
        threshold: as for ``assign``.
        out_into: ``(s,)`` int64 from ``absorb``; a species that goes on is set to itself.
        out_species: ``(k,)`` int64, set to the species that goes on with each founder, or
            s, s + 1, ... for those that found a new one.
    """
    n_known = out_into.size
    n_new = 0
    for k in range(founder.size):
        nearest = threshold
        chosen = -1
        for s in range(n_known):
            if out_into[s] != s:
                gap = distance(population, founder[k], known, s, measure)
                if gap < nearest:
                    nearest = gap
                    chosen = s
        if chosen < 0:
            out_species[k] = n_known + n_new
            n_new += 1
        else:
            out_species[k] = chosen
            out_into[chosen] = chosen


@kernel
def divide(
    population: Spans,
    known: Spans,
    measure: Measure,
    threshold: float,
    out_into: IntArray,
    out_label: IntArray,
    out_kept: IntArray,
) -> int:
    """Divide a population into species and return the number of those with members.

    Known species near to one another are merged, genomes assigned, and merged species with
    genomes out of the others' reach taken up again: ``absorb``, ``assign``, ``succeed``.

    Args:
        population: all genomes.
        known: one representative per known species.
        measure: the distance's coefficients.
        threshold: largest distance within a species, itself excluded.
        out_into: ``(s,)`` int64, set to the species that each joins, itself if it goes on.
        out_label: ``(n,)`` int64, set to the place of each genome's species among the kept.
        out_kept: ``(n,)`` int64; entry k is set to the k-th species that has members: 0 to
            s - 1 for known ones, s + k for the k-th new one.
    """
    n, n_known = out_label.size, out_into.size
    known_mark, own_mark = np.empty(n_known, np.uint64), np.empty(n, np.uint64)
    founder = np.empty(n, np.int64)
    absorb(known, measure, threshold, known_mark, out_into)
    n_founders = assign(
        population, known, known_mark, out_into, measure, threshold, own_mark, out_label, founder
    )
    founder = founder[:n_founders]
    founded = np.empty(n_founders, np.int64)
    succeed(founder, population, known, measure, threshold, out_into, founded)
    place = np.full(n_known + n_founders, -1)
    for genome in range(n):
        if out_label[genome] >= n_known:
            out_label[genome] = founded[out_label[genome] - n_known]
        place[out_label[genome]] = 0
    n_kept = 0
    for s in range(place.size):
        if place[s] == 0:
            place[s] = n_kept
            out_kept[n_kept] = s
            n_kept += 1
    for genome in range(n):
        out_label[genome] = place[out_label[genome]]
    return n_kept
