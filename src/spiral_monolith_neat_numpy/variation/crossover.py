"""Crossover aligned by innovation (Stanley & Miikkulainen, 2002, section 3.2)."""

import numpy as np

from spiral_monolith_neat_numpy.arrays import IntArray, KeyArray
from spiral_monolith_neat_numpy.genes.gather import Packed, gather
from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.kernels.inherit import (
    choose_base,
    inherit_edges,
    inherit_nodes,
    match_genes,
)


def cross(
    parents: Population, plan: MatingPlan, p_inherit_disabled: float, streams: KeyArray
) -> tuple[Packed, IntArray]:
    """Return the children's genes before mutation, and the fitter parent of each.

    Matching genes come from either parent at random; disjoint and excess ones from the
    fitter parent, of equals the one with fewer genes, then the mother. So a child has the
    structure of its fitter parent. Of a connection disabled in either parent the child's is
    disabled with ``p_inherit_disabled`` and enabled otherwise.

    Args:
        parents: scored genomes; a score that is missing is the worst.
        plan: one row per child.
        p_inherit_disabled: a probability.
        streams: ``(m, 3)`` uint64, one stream per child.

    Returns:
        The genes, and ``(m,)`` int64 places of the fitter (or only) parents.
    """
    m = len(plan)
    base, other = np.empty(m, dtype=np.int64), np.empty(m, dtype=np.int64)
    fitness = parents.table.fitness
    choose_base(
        plan.mother,
        plan.father,
        np.where(np.isnan(fitness), -np.inf, fitness),
        parents.node_offset,
        parents.edge_offset,
        base,
        other,
    )
    theirs = parents.genes
    packed = gather(parents.node_offset, parents.edge_offset, theirs, base)
    ours = packed.genes
    node_ids = theirs.node_id, packed.node_offset, ours.node_id
    inherit_nodes(
        _matches(other, parents.node_offset, *node_ids),
        theirs.node_bias,
        theirs.node_activation,
        streams,
        packed.node_offset,
        ours.node_bias,
        ours.node_activation,
    )
    innovations = theirs.edge_innovation, packed.edge_offset, ours.edge_innovation
    inherit_edges(
        other,
        _matches(other, parents.edge_offset, *innovations),
        theirs.edge_weight,
        theirs.edge_enabled,
        p_inherit_disabled,
        streams,
        packed.edge_offset,
        ours.edge_weight,
        ours.edge_enabled,
    )
    return packed, base


def _matches(
    other: IntArray, offset: IntArray, ids: IntArray, child_offset: IntArray, child_ids: IntArray
) -> IntArray:
    """Return the place of the other parent's gene for each gene of the children, or -1."""
    found = np.empty(child_ids.size, dtype=np.int64)
    match_genes(other, offset, ids, child_offset, child_ids, found)
    return found
