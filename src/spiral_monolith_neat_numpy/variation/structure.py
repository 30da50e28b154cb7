"""Structural mutation: propose, number, splice (Stanley & Miikkulainen, 2002, section 3.1).

Only the numbering looks at all genomes together, so that equal changes get equal numbers.
"""

import numpy as np

from spiral_monolith_neat_numpy.arrays import BoolArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS, code_of
from spiral_monolith_neat_numpy.genes.gather import (
    Packed,
    edge_arrays,
    node_arrays,
    running_sum,
    unset_genes,
)
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.splice import (
    CONNECTION,
    EDGE_IN,
    EDGE_OUT,
    N_IDS,
    NODE_ID,
    splice_edges,
    splice_nodes,
)
from spiral_monolith_neat_numpy.kernels.structure import (
    N_COLUMNS,
    N_EDGES,
    N_NODES,
    SOURCE,
    SPLIT,
    TARGET,
    GrowthRates,
    Scratch,
    propose,
)
from spiral_monolith_neat_numpy.settings import Settings


def mutate_structure(
    packed: Packed,
    spared: BoolArray,
    settings: Settings,
    tracker: InnovationTracker,
    streams: KeyArray,
    *,
    feed_forward: bool = True,
) -> Packed:
    """Return the genomes with nodes and connections added, removed and toggled.

    At most one node and one connection are added to a genome; a removal happens only where
    nothing was added. A split disables the old connection; the one into the new node has
    weight 1, the one out of it the old weight.

    Args:
        packed: the genomes, known to ``tracker``; not changed.
        spared: ``(n,)`` bool; these genomes stay as they are.
        settings: probabilities, caps, the activation of new nodes.
        tracker: gives out the numbers.
        streams: ``(n, 3)`` uint64, one stream per genome.
        feed_forward: no connection may close a cycle or leave an output.

    Returns:
        The genomes; ``packed`` itself if none changed.
    """
    n = spared.size
    proposal = np.empty((n, N_COLUMNS), dtype=np.int64)
    weight = np.empty(n)
    nodes, edges = node_arrays(packed.genes), edge_arrays(packed.genes)
    n_changed = propose(
        packed.node_offset,
        nodes,
        packed.edge_offset,
        edges,
        spared,
        tracker.split_node_of_edge,
        _growth_rates(settings),
        feed_forward,
        streams,
        _scratch(packed.genes),
        proposal,
        weight,
    )
    if n_changed == 0:
        return packed
    ids = _numbered(packed, proposal, tracker)
    node_offset = running_sum(proposal[:, N_NODES])
    edge_offset = running_sum(proposal[:, N_EDGES])
    genes = unset_genes(int(node_offset[-1]), int(edge_offset[-1]))
    activation = code_of("hidden_activation", settings.hidden_activation, ACTIVATIONS)
    splice_nodes(
        packed.node_offset, nodes, proposal, ids, activation, node_offset, node_arrays(genes)
    )
    splice_edges(
        packed.edge_offset,
        edges,
        proposal,
        ids,
        weight,
        min(1.0, settings.weight_clip),
        edge_offset,
        edge_arrays(genes),
    )
    return Packed(node_offset, edge_offset, genes)


def _growth_rates(settings: Settings) -> GrowthRates:
    return GrowthRates(
        settings.p_add_node,
        settings.p_add_connection,
        settings.p_remove_node,
        settings.p_remove_connection,
        settings.p_toggle,
        settings.max_hidden_nodes,
        settings.max_edges,
        settings.initial_weight_sigma,
        settings.weight_clip,
    )


def _scratch(genes: Genes) -> Scratch:
    n_nodes, n_edges = genes.n_nodes, genes.n_edges
    sizes = (n_edges, n_edges, n_nodes, n_nodes, n_nodes)
    return Scratch(*(np.empty(size, dtype=np.int64) for size in sizes))


def _numbered(packed: Packed, proposal: IntArray, tracker: InnovationTracker) -> IntArray:
    """Return ``(n, 4)`` int64: the numbers of the proposed genes, -1 where there is none."""
    genes = packed.genes
    ids = np.full((proposal.shape[0], N_IDS), -1, dtype=np.int64)
    split = np.flatnonzero(proposal[:, SPLIT] >= 0)
    joined = np.flatnonzero(proposal[:, SOURCE] >= 0)
    old = proposal[split, SPLIT]
    middle = tracker.split_nodes(genes.edge_innovation[old])
    numbers = tracker.edge_ids(
        np.concatenate([genes.edge_source[old], middle, proposal[joined, SOURCE]]),
        np.concatenate([middle, genes.edge_target[old], proposal[joined, TARGET]]),
    )
    ids[split, NODE_ID] = middle
    ids[split, EDGE_IN] = numbers[: split.size]
    ids[split, EDGE_OUT] = numbers[split.size : 2 * split.size]
    ids[joined, CONNECTION] = numbers[2 * split.size :]
    return ids
