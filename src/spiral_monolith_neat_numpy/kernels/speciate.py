"""Dividing a population into species (Stanley & Miikkulainen, 2002, section 3.3).

A genome belongs to the nearest representative under the threshold; the paper takes the
first one, which makes a species' size depend on its age. It also lets species only ever
part; here those that have come near to one another are one again.
"""

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.distance import span_distance
from spiral_monolith_neat_numpy.kernels.jit import kernel
from spiral_monolith_neat_numpy.kernels.random import draw_below


@kernel
def absorb(
    offset: IntArray,
    innovation: IntArray,
    weight: FloatArray,
    coefficients: FloatArray,
    threshold: float,
    out_into: IntArray,
) -> None:
    """Merge every species whose representative is near to that of an older one.

    Species are taken in order, the oldest first. One that is nearer than ``threshold`` to
    species that stay joins the nearest of them; of equally near ones the oldest. So those
    that stay are all apart. A distance that is not a number is never near.

    Args:
        offset: ``(s + 1,)`` int64, first edge of each representative.
        innovation: int64 innovation ids of all representatives, end to end.
        weight: float64 weights, in the same order.
        coefficients: ``(4,)`` float64: c_excess, c_disjoint, c_weight, normalise_above.
        threshold: largest distance within a species, itself excluded.
        out_into: ``(s,)`` int64, set to the species that each joins, itself if it stays.
    """
    for s in range(out_into.size):
        nearest = threshold
        out_into[s] = s
        for older in range(s):
            if out_into[older] != older:
                continue
            gap = span_distance(
                innovation,
                weight,
                offset[s],
                offset[s + 1],
                innovation,
                weight,
                offset[older],
                offset[older + 1],
                coefficients[0],
                coefficients[1],
                coefficients[2],
                coefficients[3],
            )
            if gap < nearest:
                nearest = gap
                out_into[s] = older


@kernel
def assign(
    edge_offset: IntArray,
    innovation: IntArray,
    weight: FloatArray,
    known_offset: IntArray,
    known_innovation: IntArray,
    known_weight: FloatArray,
    coefficients: FloatArray,
    threshold: float,
    out_species: IntArray,
    out_founder: IntArray,
) -> int:
    """Assign every genome to a species and return the number of new species.

    Genomes are taken in order. One that is nearer than ``threshold`` to no representative
    founds a species and represents it for the genomes after it. Of equally near ones the
    first counts. A distance that is not a number is never near.

    Args:
        edge_offset: ``(n + 1,)`` int64, first edge of each genome.
        innovation: int64 innovation ids of all genomes, end to end.
        weight: float64 weights, in the same order.
        known_offset: ``(s + 1,)`` int64, first edge of each known representative.
        known_innovation: their innovation ids.
        known_weight: their weights.
        coefficients: ``(4,)`` float64: c_excess, c_disjoint, c_weight, normalise_above.
        threshold: largest distance within a species, itself excluded.
        out_species: ``(n,)`` int64, set to 0 .. s - 1 for known species and s + k for the
            k-th new one.
        out_founder: ``(n,)`` int64; entry k is set to the genome that founded species s + k.
    """
    n_known = known_offset.size - 1
    n_new = 0
    c_excess, c_disjoint, c_weight = coefficients[0], coefficients[1], coefficients[2]
    above = coefficients[3]
    for genome in range(edge_offset.size - 1):
        start, stop = edge_offset[genome], edge_offset[genome + 1]
        nearest = threshold
        chosen = -1
        for s in range(n_known):
            gap = span_distance(
                innovation,
                weight,
                start,
                stop,
                known_innovation,
                known_weight,
                known_offset[s],
                known_offset[s + 1],
                c_excess,
                c_disjoint,
                c_weight,
                above,
            )
            if gap < nearest:
                nearest = gap
                chosen = s
        for k in range(n_new):
            founder = out_founder[k]
            gap = span_distance(
                innovation,
                weight,
                start,
                stop,
                innovation,
                weight,
                edge_offset[founder],
                edge_offset[founder + 1],
                c_excess,
                c_disjoint,
                c_weight,
                above,
            )
            if gap < nearest:
                nearest = gap
                chosen = n_known + k
        if chosen < 0:
            out_founder[n_new] = genome
            chosen = n_known + n_new
            n_new += 1
        out_species[genome] = chosen
    return n_new


@kernel
def succeed(
    founder: IntArray,
    edge_offset: IntArray,
    innovation: IntArray,
    weight: FloatArray,
    known_offset: IntArray,
    known_innovation: IntArray,
    known_weight: FloatArray,
    coefficients: FloatArray,
    threshold: float,
    out_into: IntArray,
    out_species: IntArray,
) -> None:
    """Let merged species go on with founders that lie near to their representatives.

    Founders are taken in order; each goes on with the nearest merged species nearer than
    ``threshold`` that has no founder yet, of equally near ones the oldest.

    Args:
        founder: ``(k,)`` int64 genomes that ``assign`` found near to no species that stays.
        edge_offset: ``(n + 1,)`` int64, first edge of each genome.
        innovation: int64 innovation ids of all genomes, end to end.
        weight: float64 weights, in the same order.
        known_offset: ``(s + 1,)`` int64, first edge of each representative, merged ones too.
        known_innovation: their innovation ids.
        known_weight: their weights.
        coefficients: as for ``assign``.
        threshold: as for ``assign``.
        out_into: ``(s,)`` int64 from ``absorb``; a species that goes on is set to itself.
        out_species: ``(k,)`` int64, set to the species that goes on with each founder, or
            s, s + 1, ... for those that found a new one.
    """
    n_known = out_into.size
    n_new = 0
    for k in range(founder.size):
        start, stop = edge_offset[founder[k]], edge_offset[founder[k] + 1]
        nearest = threshold
        chosen = -1
        for s in range(n_known):
            if out_into[s] == s:
                continue
            gap = span_distance(
                innovation,
                weight,
                start,
                stop,
                known_innovation,
                known_weight,
                known_offset[s],
                known_offset[s + 1],
                coefficients[0],
                coefficients[1],
                coefficients[2],
                coefficients[3],
            )
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
def group(
    species: IntArray,
    out_rank: IntArray,
    out_kept: IntArray,
    out_label: IntArray,
    out_offset: IntArray,
    out_members: IntArray,
) -> int:
    """List the members of each species that has some and return the number of such species.

    Args:
        species: ``(n,)`` int64 species of each genome, from 0 to s - 1.
        out_rank: ``(s,)`` int64, set to the place of each species among the kept.
        out_kept: ``(s,)`` int64; entry k is set to the k-th species that has members.
        out_label: ``(n,)`` int64, set to the species of each genome counted among the kept.
        out_offset: ``(s + 1,)`` int64; kept species k owns members ``out_offset[k]`` to
            ``out_offset[k + 1]``.
        out_members: ``(n,)`` int64, genomes by species, in rising order within each.
    """
    n_species = out_rank.size
    for s in range(n_species):
        out_rank[s] = 0
    for genome in range(species.size):
        out_rank[species[genome]] += 1
    n_kept = 0
    total = 0
    for s in range(n_species):
        size = out_rank[s]
        out_rank[s] = n_kept
        if size > 0:
            out_kept[n_kept] = s
            out_offset[n_kept + 1] = total  # one place late: filling moves it to the end
            total += size
            n_kept += 1
    out_offset[0] = 0
    for genome in range(species.size):
        k = out_rank[species[genome]]
        out_label[genome] = k
        out_members[out_offset[k + 1]] = genome
        out_offset[k + 1] += 1
    return n_kept


@kernel
def choose_representatives(
    member_offset: IntArray, members: IntArray, streams: KeyArray, out_chosen: IntArray
) -> None:
    """Set ``out_chosen`` ``(s,)`` to a random member of each species.

    Args:
        member_offset: ``(s + 1,)`` int64, as ``group`` made it.
        members: ``(n,)`` int64, as ``group`` made it.
        streams: ``(s, 3)`` uint64, one stream per species.
        out_chosen: ``(s,)`` int64.
    """
    for s in range(out_chosen.size):
        first = member_offset[s]
        out_chosen[s] = members[first + draw_below(streams[s], member_offset[s + 1] - first)]
