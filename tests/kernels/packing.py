"""Random genomes for the breeding kernels' tests, and their way into arrays and back."""

from collections.abc import Sequence

import numpy as np
from tests.reference import Draws, PlainGenome

from spiral_monolith_neat_numpy.arrays import FloatArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.layout import EdgeArrays, NodeArrays
from spiral_monolith_neat_numpy.kernels.streams import start_streams
from spiral_monolith_neat_numpy.kernels.structure import (
    N_COLUMNS,
    GrowthRates,
    Scratch,
    propose,
)
from spiral_monolith_neat_numpy.seeding import Purpose, stream_key

SEED = 2**64 - 59
_SIDE = 12
# An order that has nothing to do with the ids.
_NUMBERS = np.random.default_rng(1).permutation(_SIDE * _SIDE)


def number_of(source: int, target: int) -> int:
    """Return the innovation, an even one, that random genomes give that connection."""
    return 2 * int(_NUMBERS[source * _SIDE + target])


def random_genome(
    rng: np.random.Generator, n_in: int = 2, n_out: int = 1, *, feed_forward: bool = True
) -> PlainGenome:
    """Return a genome with 0 to 4 hidden nodes and any number of possible edges, even none."""
    first = n_in + n_out
    hidden = rng.permutation(np.arange(first, _SIDE))[: rng.integers(0, 5)].tolist()
    order = [*range(n_in), *hidden, *range(n_in, first)]
    genome = PlainGenome({}, {})
    for i in order:
        kind = 0 if i < n_in else 2 if i < first else 1
        genome.nodes[i] = [kind, int(rng.integers(9)), float(rng.normal())]
    for p, a in enumerate(order):
        for q, b in enumerate(order):
            wrong_way = feed_forward and (q <= p or genome.nodes[a][0] == 2)
            if genome.nodes[b][0] == 0 or wrong_way or rng.random() < 0.5:
                continue
            values = [a, b, float(rng.normal()), bool(rng.random() < 0.7)]
            genome.edges[number_of(a, b)] = values
    return genome


def pack(genomes: Sequence[PlainGenome]) -> tuple[IntArray, NodeArrays, IntArray, EdgeArrays]:
    """Return node offsets, nodes, edge offsets and edges."""
    nodes = [(i, *g.nodes[i]) for g in genomes for i in sorted(g.nodes)]
    edges = [(i, *g.edges[i]) for g in genomes for i in sorted(g.edges)]
    return (
        np.cumsum([0] + [len(g.nodes) for g in genomes], dtype=np.int64),
        NodeArrays(
            np.array([node[0] for node in nodes], dtype=np.int64),
            np.array([node[1] for node in nodes], dtype=np.int8),
            np.array([node[2] for node in nodes], dtype=np.int8),
            np.array([node[3] for node in nodes], dtype=np.float64),
        ),
        np.cumsum([0] + [len(g.edges) for g in genomes], dtype=np.int64),
        EdgeArrays(
            np.array([edge[0] for edge in edges], dtype=np.int64),
            np.array([edge[1] for edge in edges], dtype=np.int64),
            np.array([edge[2] for edge in edges], dtype=np.int64),
            np.array([edge[3] for edge in edges], dtype=np.float64),
            np.array([edge[4] for edge in edges], dtype=np.bool_),
        ),
    )


def unpack(
    node_offset: IntArray, nodes: NodeArrays, edge_offset: IntArray, edges: EdgeArrays
) -> list[PlainGenome]:
    """Return the genomes of packed arrays, after checking that their genes are sorted."""
    genomes = []
    for g in range(node_offset.size - 1):
        n = slice(node_offset[g], node_offset[g + 1])
        e = slice(edge_offset[g], edge_offset[g + 1])
        assert (np.diff(nodes.id[n]) > 0).all()
        assert (np.diff(edges.innovation[e]) > 0).all()
        node_rows = zip(*(column[n].tolist() for column in nodes), strict=True)
        edge_rows = zip(*(column[e].tolist() for column in edges), strict=True)
        genomes.append(
            PlainGenome(
                {row[0]: list(row[1:]) for row in node_rows},
                {row[0]: list(row[1:]) for row in edge_rows},
            )
        )
    return genomes


def unset_nodes(n: int) -> NodeArrays:
    """Return node arrays full of nonsense, for a kernel to fill."""
    return NodeArrays(
        np.full(n, -7), np.full(n, -7, np.int8), np.full(n, -7, np.int8), np.full(n, np.nan)
    )


def unset_edges(n: int) -> EdgeArrays:
    """Return edge arrays full of nonsense, for a kernel to fill."""
    return EdgeArrays(
        np.full(n, -7), np.full(n, -7), np.full(n, -7), np.full(n, np.nan), np.zeros(n, np.bool_)
    )


def both_streams(n: int, purpose: Purpose = Purpose.INHERIT) -> tuple[KeyArray, list[Draws]]:
    """Return ``n`` streams for a kernel and the same ones for its twin."""
    streams = np.zeros((n, 3), dtype=np.uint64)
    start_streams(np.uint64(SEED), int(purpose), 3, np.arange(n), streams)
    return streams, [Draws(*stream_key(SEED, purpose, 3, i)) for i in range(n)]


def run_propose(
    genomes: Sequence[PlainGenome],
    rates: GrowthRates,
    *,
    feed_forward: bool = True,
    split_node: dict[int, int] | None = None,
    spared: int = -1,
) -> tuple[IntArray, FloatArray, int]:
    """Return the proposals, the new connections' weights, and how many genomes change."""
    node_offset, nodes, edge_offset, edges = pack(genomes)
    n_nodes, n_edges = nodes.id.size, edges.weight.size
    sizes = (n_edges, n_edges, n_nodes, n_nodes, n_nodes)
    split_node_of_edge = np.full(max(split_node or {0: 0}) + 1, -1)
    for edge, node in (split_node or {}).items():
        split_node_of_edge[edge] = node
    streams, _ = both_streams(len(genomes))
    proposal, weight = np.full((len(genomes), N_COLUMNS), -9), np.zeros(len(genomes))
    n_changed = propose(
        node_offset,
        nodes,
        edge_offset,
        edges,
        np.arange(len(genomes)) == spared,
        split_node_of_edge,
        rates,
        feed_forward,
        streams,
        Scratch(*(np.full(size, -9) for size in sizes)),
        proposal,
        weight,
    )
    return proposal, weight, n_changed


def assert_same(found: Sequence[PlainGenome], wanted: Sequence[PlainGenome]) -> None:
    """Compare exactly, but for the last bits of weights and biases (logarithm and cosine)."""
    assert len(found) == len(wanted)
    for mine, theirs in zip(found, wanted, strict=True):
        assert mine.nodes.keys() == theirs.nodes.keys()
        assert mine.edges.keys() == theirs.edges.keys()
        for i, (kind, activation, bias) in theirs.nodes.items():
            assert mine.nodes[i][:2] == [kind, activation]
            np.testing.assert_allclose(mine.nodes[i][2], bias, rtol=1e-12, atol=1e-13)
        for i, (source, target, weight, enabled) in theirs.edges.items():
            assert mine.edges[i][:2] == [source, target]
            assert mine.edges[i][3] == enabled
            np.testing.assert_allclose(mine.edges[i][2], weight, rtol=1e-12, atol=1e-13)
