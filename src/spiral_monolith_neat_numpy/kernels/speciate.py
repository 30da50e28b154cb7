"""Dividing a population into species (Stanley & Miikkulainen, 2002, section 3.3).

A genome belongs to the nearest representative under the threshold; the paper takes the
first one, which makes a species' size depend on its age. It also lets species only ever
part; here those that have come near to one another are one again.
"""

import numpy as np

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.distance import (
    Measure,
    Spans,
    distance,
    least_distance,
    mark,
)
from spiral_monolith_neat_numpy.kernels.jit import fragment, kernel
from spiral_monolith_neat_numpy.kernels.ranges import Ranges, begin, end, finish, take
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


@fragment
def _approach(
    population: Spans,
    known: Spans,
    known_mark: KeyArray,
    into: IntArray,
    measure: Measure,
    threshold: float,
    first: int,
    last: int,
    out_mark: KeyArray,
    out_gap: FloatArray,
    out_species: IntArray,
) -> None:
    """Find the known species nearest to each of the genomes first .. last - 1."""
    offset, chosen = population.offset, -1
    for genome in range(first, last):
        own_mark, size = mark(population, genome), offset[genome + 1] - offset[genome]
        # Siblings lie side by side: the species of the one before is tried first, since a small
        # distance found early leaves little to look at.
        sibling, nearest = chosen, threshold
        chosen = -1
        for turn in range(-1, into.size):
            s = turn if turn >= 0 else sibling
            if s < 0 or (s == sibling and turn >= 0) or into[s] != s:
                continue
            other_size = known.offset[s + 1] - known.offset[s]
            least = least_distance(own_mark, size, known_mark[s], other_size, measure)
            if least > nearest:
                continue
            gap = distance(population, genome, known, s, measure)
            if gap < nearest or (gap == nearest and s < chosen):
                nearest, chosen = gap, s
        out_mark[genome], out_gap[genome], out_species[genome] = own_mark, nearest, chosen


@kernel
def approach(
    ranges: Ranges,
    population: Spans,
    known: Spans,
    known_mark: KeyArray,
    into: IntArray,
    measure: Measure,
    threshold: float,
    out_mark: KeyArray,
    out_gap: FloatArray,
    out_species: IntArray,
) -> None:
    """Find the known species nearest to each of the genomes that this thread takes.

    Of equally near ones the first counts. A distance that is not a number is never near.

    Args:
        ranges: of the genomes.
        population: all genomes.
        known: one representative per known species.
        known_mark: ``(s,)`` uint64, their marks.
        into: ``(s,)`` int64 from ``absorb``; merged species take nobody.
        measure: the distance's coefficients.
        threshold: largest distance within a species, itself excluded.
        out_mark: ``(n,)`` uint64, set to the genomes' marks.
        out_gap: ``(n,)`` float64, set to the distances, to ``threshold`` where none is below it.
        out_species: ``(n,)`` int64, set to the species, -1 where none is so near.
    """
    population, known = borrowed(population), borrowed(known)
    begin(ranges)
    first, last = take(ranges)
    while first < last:
        _approach(
            population,
            known,
            known_mark,
            into,
            measure,
            threshold,
            first,
            last,
            out_mark,
            out_gap,
            out_species,
        )
        finish(ranges, first, last)
        first, last = take(ranges)
    end(ranges)


@kernel
def found(
    population: Spans,
    own_mark: KeyArray,
    n_known: int,
    measure: Measure,
    out_gap: FloatArray,
    out_species: IntArray,
    out_founder: IntArray,
) -> int:
    """Let genomes that are near to no known species found new ones; return how many there are.

    Genomes are taken in order. One that is near to none of the founders before it founds a
    species; the others join the nearest founder, of equally near ones the first.

    Args:
        population: all genomes.
        own_mark: ``(n,)`` uint64, their marks.
        n_known: s, number of known species.
        measure: the distance's coefficients.
        out_gap: ``(n,)`` float64 from ``approach``; distances to new species are written.
        out_species: ``(n,)`` int64 from ``approach``; -1 becomes s + k for the k-th new species.
        out_founder: ``(n,)`` int64; entry k is set to the genome that founded species s + k.
    """
    population = borrowed(population)
    n_new = 0
    for genome in range(out_species.size):
        if out_species[genome] < 0:
            nearest = _nearest_founder(
                population, own_mark, out_founder, n_new, measure, genome, out_gap
            )
            if nearest < 0:
                nearest = n_new
                out_founder[n_new] = genome
                n_new += 1
            out_species[genome] = n_known + nearest
    return n_new


@fragment
def _nearest_founder(
    population: Spans,
    own_mark: KeyArray,
    founder: IntArray,
    n: int,
    measure: Measure,
    genome: int,
    out_gap: FloatArray,
) -> int:
    """Return which of the first ``n`` founders is nearer than the gap so far, or -1; write the gap.

    The gap is the genome's entry of ``out_gap``.
    """
    offset, nearest = population.offset, -1
    size = offset[genome + 1] - offset[genome]
    for k in range(n):
        other = founder[k]
        other_size = offset[other + 1] - offset[other]
        least = least_distance(own_mark[genome], size, own_mark[other], other_size, measure)
        if least > out_gap[genome]:
            continue
        gap = distance(population, genome, population, other, measure)
        if gap < out_gap[genome]:
            out_gap[genome], nearest = gap, k
    return nearest


@kernel
def defect(
    ranges: Ranges,
    population: Spans,
    own_mark: KeyArray,
    founder: IntArray,
    n_known: int,
    measure: Measure,
    out_gap: FloatArray,
    out_species: IntArray,
) -> None:
    """Let genomes of known species join new ones that are nearer, if founded before them.

    Args:
        ranges: of the genomes.
        population: all genomes.
        own_mark: ``(n,)`` uint64, their marks.
        founder: ``(k,)`` int64 from ``found``, rising.
        n_known: s, number of known species.
        measure: the distance's coefficients.
        out_gap: ``(n,)`` float64 from ``found``; distances to new species are written.
        out_species: ``(n,)`` int64 from ``found``; set to s + k for the k-th new species.
    """
    population, founder = borrowed(population), borrowed(founder)
    own_mark, gaps, species = borrowed(own_mark), borrowed(out_gap), borrowed(out_species)
    begin(ranges)
    first, last = take(ranges)
    while first < last:
        n = 0
        for genome in range(first, last):
            while n < founder.size and founder[n] < genome:
                n += 1
            if species[genome] < n_known:
                nearest = _nearest_founder(population, own_mark, founder, n, measure, genome, gaps)
                if nearest >= 0:
                    species[genome] = n_known + nearest
        finish(ranges, first, last)
        first, last = take(ranges)
    end(ranges)


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
        founder: ``(k,)`` int64 genomes that ``found`` saw near to no species that stays.
        population: all genomes.
        known: one representative per known species, merged ones too.
        measure: the distance's coefficients.
        threshold: as for ``approach``.
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
    founder: IntArray,
    population: Spans,
    known: Spans,
    measure: Measure,
    threshold: float,
    out_into: IntArray,
    out_label: IntArray,
    out_kept: IntArray,
) -> int:
    """Divide a population into species and return the number of those with members.

    After ``absorb`` has merged known species near to one another, ``approach`` has found the
    nearest of those that stay, and new ones are founded (``found``, ``defect``): merged ones with
    genomes out of the others' reach are taken up again (``succeed``), and those with members
    are counted.

    Args:
        founder: ``(k,)`` int64 from ``found``.
        population: all genomes.
        known: one representative per known species.
        measure: the distance's coefficients.
        threshold: largest distance within a species, itself excluded.
        out_into: ``(s,)`` int64 from ``absorb``; a merged species that goes on is set to itself.
        out_label: ``(n,)`` int64 from ``defect``; set to the place of each genome's species
            among the kept.
        out_kept: ``(n,)`` int64; entry k is set to the k-th species that has members: 0 to
            s - 1 for known ones, s + k for the k-th new one.
    """
    n, n_known = out_label.size, out_into.size
    founded = np.empty(founder.size, np.int64)
    succeed(founder, population, known, measure, threshold, out_into, founded)
    place = np.full(n_known + founder.size, -1)
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
