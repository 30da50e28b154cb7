"""Random genomes for the breeding kernels' tests, and their way into arrays and back."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from tests.breeding_reference import Mating, Proposal
from tests.reference import Draws, PlainGenome

from spiral_monolith_neat_numpy.arrays import AnyArray, FloatArray, IntArray, KeyArray
from spiral_monolith_neat_numpy.kernels.breed import Draft, Keys, Variation, conceive, deliver
from spiral_monolith_neat_numpy.kernels.inherit import Matings
from spiral_monolith_neat_numpy.kernels.layout import EdgeArrays, Genomes, NodeArrays
from spiral_monolith_neat_numpy.kernels.mutate import Noise
from spiral_monolith_neat_numpy.kernels.numbering import FREE, Known, PairTable, sum_sizes
from spiral_monolith_neat_numpy.kernels.random import start_stream
from spiral_monolith_neat_numpy.kernels.ranges import N_WORDS, NEXT, NOTED, Ranges
from spiral_monolith_neat_numpy.kernels.structure import N_COLUMNS, Growth
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
    for i in range(n):
        start_stream(np.uint64(SEED), int(purpose), 3, i, streams[i])
    return streams, [Draws(*stream_key(SEED, purpose, 3, i)) for i in range(n)]


def variation_with(**wanted: Any) -> Variation:
    """Return a variation that changes nothing but what is asked for, by the fields' names."""
    noise = Noise(0.0, 0.0, 0.0, False, 0.0, 0.0, False, 100.0, 0.0, 0.0, 0.0)
    growth = Growth(0.0, 0.0, 0.0, 0.0, 0.0, 100, 100, True)
    options = np.array([1, 4, 8], dtype=np.int8)
    still = Variation(1.0, 0.5, noise, growth, options, 6, 0.75)
    return still._replace(
        noise=noise._replace(**{k: wanted.pop(k) for k in Noise._fields if k in wanted}),
        growth=growth._replace(**{k: wanted.pop(k) for k in Growth._fields if k in wanted}),
        **wanted,
    )


def matings_of(rows: Sequence[Mating]) -> Matings:
    """Return the columns of these rows."""
    return Matings(
        np.array([row.base for row in rows], dtype=np.int64),
        np.array([row.other for row in rows], dtype=np.int64),
        np.array([row.average for row in rows], dtype=np.bool_),
        np.array([row.plus for row in rows], dtype=np.int64),
        np.array([row.minus for row in rows], dtype=np.int64),
        np.array([row.elite for row in rows], dtype=np.bool_),
    )


def draft_of(
    genomes: Sequence[PlainGenome], proposal: IntArray, weight: FloatArray | None = None
) -> Draft:
    """Return a draft of these genomes with their proposals, ``(n, 8)`` int64."""
    n = len(genomes)
    weight = np.zeros(n) if weight is None else weight
    ids, unnumbered = np.full((n, 4), -1), np.zeros(n, np.bool_)
    return Draft(Genomes(*pack(genomes)), proposal, weight, np.ones(n), ids, unnumbered)


def unset_genomes(node_offset: IntArray, edge_offset: IntArray) -> Genomes:
    """Return packed genomes full of nonsense."""
    nodes, edges = unset_nodes(int(node_offset[-1])), unset_edges(int(edge_offset[-1]))
    return Genomes(node_offset, nodes, edge_offset, edges)


def run_conceive(
    parents: Sequence[PlainGenome],
    matings: Sequence[Mating],
    variation: Variation,
    scale: Sequence[float] | None = None,
    split_node: dict[int, int] | None = None,
    table: PairTable | None = None,
    spans: Iterable[tuple[int, int]] | None = None,
) -> Draft:
    """Return the draft that ``conceive`` makes, in one range or in these.

    Args:
        parents: parents.
        matings: a row per child.
        variation: how children differ.
        scale: each parent's factor on its moves; 1 if not given.
        split_node: by innovation, the node that split this edge.
        table: of known pairs; none if not given.
        spans: first and last + 1 of the children of each call.
    """
    packed, n = Genomes(*pack(parents)), len(matings)
    bases = [parents[mating.base] for mating in matings]
    node_offset, _, edge_offset, _ = pack(bases)
    draft = Draft(
        unset_genomes(node_offset, edge_offset),
        np.full((n, N_COLUMNS), -9),
        np.full(n, np.nan),
        np.full(n, np.nan),
        np.full((n, 4), -9),
        np.zeros(n, np.bool_),
    )
    split_node_of_edge = np.full(max(split_node or {-1: 0}) + 1, -1)
    for edge, node in (split_node or {}).items():
        split_node_of_edge[edge] = node
    scales = np.array([1.0] * len(parents) if scale is None else scale, dtype=np.float64)
    numbers = Known(empty_table(2) if table is None else table, split_node_of_edge)
    keys = Keys(np.uint64(SEED), int(Purpose.INHERIT), int(Purpose.STRUCTURE), 3)
    columns = matings_of(matings)
    for first, last in [(0, n)] if spans is None else spans:
        part = part_of(first, last)
        conceive(part, packed, columns, scales, variation, keys, numbers, draft)
    return draft


def run_deliver(
    draft: Draft,
    ids: IntArray,
    variation: Variation,
    spans: Iterable[tuple[int, int]] | None = None,
) -> Genomes:
    """Return the genomes that ``deliver`` makes of a draft, in one range or in these."""
    n = draft.scale.size
    node_offset, edge_offset = np.full(n + 1, -9), np.full(n + 1, -9)
    sum_sizes(draft.proposal, node_offset, edge_offset)
    out = unset_genomes(node_offset, edge_offset)
    for first, last in [(0, n)] if spans is None else spans:
        deliver(part_of(first, last), draft._replace(ids=ids), variation, out)
    return out


def empty_table(capacity: int = 8) -> PairTable:
    """Return a table of no pairs."""
    return PairTable(np.full(capacity, FREE), np.full(capacity, -9))


def part_of(first: int, last: int) -> Ranges:
    """Return the items first .. last - 1 as one thread takes them that was called to help."""
    words = np.zeros(N_WORDS, np.int64)
    words[NEXT], words[NOTED] = first, -1
    return Ranges(words, 0, last, max(last - first, 1), 1, True, 0)


def clones(n: int, spared: int = -1) -> list[Mating]:
    """Return the matings of ``n`` parents with a child of its own each, one of them an elite."""
    return [Mating(k, elite=k == spared) for k in range(n)]


def run_propose(
    genomes: Sequence[PlainGenome],
    variation: Variation,
    split_node: dict[int, int] | None = None,
    spared: int = -1,
) -> Draft:
    """Return the draft of a child of each genome, with the proposals for it."""
    return run_conceive(genomes, clones(len(genomes), spared), variation, split_node=split_node)


def as_row(genomes: Genomes, place: int, wanted: Proposal) -> list[int]:
    """Return what the first six columns of the kernel's row should hold."""
    first, last = genomes.edge_offset[place : place + 2]
    edges = genomes.edges.innovation[first:last].tolist()

    def at(edge: int | None) -> int:
        return -1 if edge is None else int(first) + edges.index(edge)

    node = -1 if wanted.drop_node is None else wanted.drop_node
    pair = wanted.pair or (-1, -1)
    return [at(wanted.split), *pair, at(wanted.drop_edge), node, at(wanted.toggle)]


def flat(arrays: Any) -> list[AnyArray]:
    """Return the arrays of nested tuples, in order."""
    if not isinstance(arrays, tuple):
        return [arrays]
    return [array for part in arrays for array in flat(part)]


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
