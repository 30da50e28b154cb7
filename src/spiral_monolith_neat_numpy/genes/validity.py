"""The laws of a genome's structure, each with the message that names it."""

from typing import TYPE_CHECKING

import numpy as np

from spiral_monolith_neat_numpy.arrays import AnyArray, CodeArray, FloatArray, IntArray
from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.genes.codes import ACTIVATIONS, INPUT, NODE_KINDS, OUTPUT
from spiral_monolith_neat_numpy.genes.live import MAX_ID
from spiral_monolith_neat_numpy.genes.packed import Genes, check_layout

if TYPE_CHECKING:
    from spiral_monolith_neat_numpy.genes.population import Population


def check_genome(
    genes: Genes,
    *,
    feed_forward: bool = True,
    num_inputs: int | None = None,
    num_outputs: int | None = None,
) -> None:
    """Raise unless ``genes`` keep every law of a genome.

    Args:
        genes: genes of one genome.
        feed_forward: whether cycles and connections out of outputs are refused, disabled
            ones too, since a mutation may enable them.
        num_inputs: how many input nodes there must be; None for any number.
        num_outputs: how many output nodes there must be; None for any number.

    Raises:
        GenomeError: a law is broken; the message says which, and where.
    """
    check_layout(genes)
    _check_keys("node ids", genes.node_id)
    _check_codes("node_kind", genes.node_kind, NODE_KINDS)
    _check_codes("node_activation", genes.node_activation, ACTIVATIONS)
    _check_parameters("bias of node", genes.node_id, genes.node_bias)
    _check_count("input", genes.node_kind == INPUT, num_inputs)
    _check_count("output", genes.node_kind == OUTPUT, num_outputs)
    _check_keys("innovation numbers", genes.edge_innovation)
    _check_parameters("weight of connection", genes.edge_innovation, genes.edge_weight)
    _check_ends(genes)
    if feed_forward:
        _check_feed_forward(genes)


def check_population(
    population: "Population",
    *,
    feed_forward: bool = True,
    num_inputs: int | None = None,
    num_outputs: int | None = None,
) -> None:
    """Raise unless every genome keeps the laws of ``check_genome``.

    Raises:
        GenomeError: a genome breaks a law; the message begins with its place and id.
    """
    ids = population.table.id
    for index in range(len(population)):
        try:
            check_genome(
                population.genes_of(index),
                feed_forward=feed_forward,
                num_inputs=num_inputs,
                num_outputs=num_outputs,
            )
        except GenomeError as error:
            raise GenomeError(f"population[{index}], id {ids[index]}: {error}") from error


def _check_keys(what: str, keys: IntArray) -> None:
    outside = (keys < 0) | (keys > MAX_ID)
    if outside.any():
        raise GenomeError(f"{what} must be from 0 to {MAX_ID}, got {keys[outside][0]}")
    falls = np.flatnonzero(keys[1:] <= keys[:-1])
    if falls.size:
        first, second = keys[falls[0]], keys[falls[0] + 1]
        law = "unique" if first == second else "sorted"
        raise GenomeError(f"{what} must be {law}, got {second} after {first}")


def _check_codes(what: str, codes: CodeArray, names: tuple[str, ...]) -> None:
    unknown = (codes < 0) | (codes >= len(names))
    if unknown.any():
        raise GenomeError(
            f"{what} must hold codes from 0 to {len(names) - 1} ({', '.join(names)}), "
            f"got {codes[unknown][0]}"
        )


def _check_parameters(what: str, keys: IntArray, values: FloatArray) -> None:
    bad = np.flatnonzero(~np.isfinite(values))
    if bad.size:
        raise GenomeError(f"{what} {keys[bad[0]]} must be finite, got {values[bad[0]]}")


def _check_count(kind: str, marked: AnyArray, wanted: int | None) -> None:
    found = int(np.count_nonzero(marked))
    if wanted is not None and found != wanted:
        raise GenomeError(f"genome must have {wanted} {kind} nodes, got {found}")


def _check_ends(genes: Genes) -> None:
    _check_exist(genes, "from", genes.edge_source)
    _check_exist(genes, "to", genes.edge_target)
    kind = genes.node_kind[genes.node_id.searchsorted(genes.edge_target)]
    into = np.flatnonzero(kind == INPUT)
    if into.size:
        raise GenomeError(
            f"connection {genes.edge_innovation[into[0]]} must not lead into an input, "
            f"got {_arrow(genes, into[0])}"
        )
    order = np.lexsort((genes.edge_target, genes.edge_source))
    source, target = genes.edge_source[order], genes.edge_target[order]
    same = np.flatnonzero((source[1:] == source[:-1]) & (target[1:] == target[:-1]))
    if same.size:
        pair = sorted(genes.edge_innovation[order[same[0] : same[0] + 2]].tolist())
        raise GenomeError(
            f"two nodes must have at most one connection each way, got {pair[0]} and {pair[1]} "
            f"for {_arrow(genes, order[same[0]])}"
        )


def _check_exist(genes: Genes, what: str, ends: IntArray) -> None:
    place = genes.node_id.searchsorted(ends)
    beyond = place == genes.n_nodes
    place[beyond] = 0
    exists = ~beyond & (genes.node_id[place] == ends) if genes.n_nodes else ~beyond
    lost = np.flatnonzero(~exists)
    if lost.size:
        raise GenomeError(
            f"connection {genes.edge_innovation[lost[0]]} must join existing nodes, "
            f"got one {what} node {ends[lost[0]]}, which the genome does not have"
        )


def _check_feed_forward(genes: Genes) -> None:
    kind = genes.node_kind[genes.node_id.searchsorted(genes.edge_source)]
    out_of = np.flatnonzero(kind == OUTPUT)
    if out_of.size:
        raise GenomeError(
            f"connection {genes.edge_innovation[out_of[0]]} of a feed-forward genome must not "
            f"come from an output, got {_arrow(genes, out_of[0])}"
        )
    cycle = find_cycle(genes)
    if cycle:
        way = " -> ".join(str(node) for node in cycle)
        raise GenomeError(f"feed-forward genome must have no cycle, got {way}")


def find_cycle(genes: Genes) -> list[int]:
    """Return the node ids along one cycle, the first one repeated at the end, or [].

    Kahn (1962): take away the edges out of nodes that no edge leads into, until none is
    left (no cycle) or no more can go. Disabled edges count.
    """
    source = genes.node_id.searchsorted(genes.edge_source)
    target = genes.node_id.searchsorted(genes.edge_target)
    while source.size:
        is_reached = np.zeros(genes.n_nodes, dtype=np.bool_)
        is_reached[target] = True
        stays = is_reached[source]
        if stays.all():
            return _walk_back(genes.node_id, source, target)
        source, target = source[stays], target[stays]
    return []


def _walk_back(node_id: IntArray, source: AnyArray, target: AnyArray) -> list[int]:
    """Return a cycle where every edge's source is also some edge's target."""
    before = dict(zip(target.tolist(), source.tolist(), strict=True))
    path = [int(target[0])]
    seen = {path[0]: 0}
    while (node := before[path[-1]]) not in seen:
        seen[node] = len(path)
        path.append(node)
    cycle = [*path[seen[node] :], node]
    return [int(node_id[place]) for place in reversed(cycle)]


def _arrow(genes: Genes, edge: int) -> str:
    return f"{genes.edge_source[edge]} -> {genes.edge_target[edge]}"
