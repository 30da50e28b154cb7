"""Codes agree with the names, places are found, whole genomes are copied."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.kernels.packing import pack, random_genome, unpack, unset_edges, unset_nodes

from spiral_monolith_neat_numpy.genes.codes import NODE_KINDS
from spiral_monolith_neat_numpy.kernels.layout import (
    HIDDEN,
    INPUT,
    OUTPUT,
    find,
    gather_edges,
    gather_nodes,
)


def test_node_kinds_have_the_codes_of_their_names() -> None:
    assert [NODE_KINDS[code] for code in (INPUT, HIDDEN, OUTPUT)] == ["input", "hidden", "output"]


@given(st.lists(st.integers(0, 20), unique=True), st.integers(-1, 21), st.data())
def test_find_returns_the_place_within_the_span_or_minus_one(
    drawn: list[int], wanted: int, data: st.DataObject
) -> None:
    ids = sorted(drawn)
    start = data.draw(st.integers(0, len(ids)))
    stop = data.draw(st.integers(start, len(ids)))
    span = ids[start:stop]
    place = start + span.index(wanted) if wanted in span else -1
    assert find(np.array(ids, dtype=np.int64), start, stop, wanted) == place


@pytest.mark.parametrize("picks", [[], [0], [3, 1, 1, 0], [2, 2, 2]])
def test_gathered_genomes_are_the_ones_picked(picks: list[int]) -> None:
    rng = np.random.default_rng(4)
    genomes = [random_genome(rng) for _ in range(4)]
    genomes[1].edges = {}
    wanted = [genomes[k] for k in picks]
    node_offset, nodes, edge_offset, edges = pack(genomes)
    out_node_offset, _, out_edge_offset, _ = pack(wanted)
    out_nodes = unset_nodes(int(out_node_offset[-1]))
    out_edges = unset_edges(int(out_edge_offset[-1]))
    index = np.array(picks, dtype=np.int64)
    gather_nodes(node_offset, index, nodes, out_node_offset, out_nodes)
    gather_edges(edge_offset, index, edges, out_edge_offset, out_edges)
    assert unpack(out_node_offset, out_nodes, out_edge_offset, out_edges) == wanted
