"""Genes become a network: order, pruning and edge lists, against a recursive twin."""

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.genes.strategies import genes as valid_genes
from tests.genes.strategies import make_genes
from tests.network_reference import enabled_edges, find_loop, useful_nodes

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.kernels.topology import find_id, group, wire


@dataclass
class Wired:
    """What ``wire`` says of some genes, in node ids and places of genes."""

    n_nodes: int
    order: list[int]
    in_start: AnyArray
    out_start: AnyArray
    in_source: AnyArray
    gene: AnyArray
    out_target: AnyArray
    out_edge: AnyArray


def wired(genes: Genes) -> Wired:
    order = np.full(genes.n_nodes, -9, dtype=np.int64)
    starts = np.full((2, genes.n_nodes + 1), -9, dtype=np.int32)
    edges = np.full((4, genes.n_edges), -9, dtype=np.int32)
    n = wire(
        genes.node_id,
        genes.node_kind,
        genes.edge_source,
        genes.edge_target,
        genes.edge_enabled,
        order,
        starts,
        edges,
    )
    if n < 0:
        return Wired(n, [], *starts, *edges)
    ids = genes.node_id[order[:n]].tolist()
    return Wired(n, ids, *starts[:, : n + 1], *edges[:, : starts[0, n]])


def has_no_network(genes: Genes) -> bool:
    """Return whether enabled edges break a law, or an output depends on a cycle."""
    kind = dict(zip(genes.node_id.tolist(), genes.node_kind.tolist(), strict=True))
    sources: dict[int, list[int]] = {}
    for _, source, target, _ in enabled_edges(genes):
        if source not in kind or target not in kind or kind[source] == 2 or kind[target] == 0:
            return True
        sources.setdefault(target, []).append(source)
    return any(find_loop(sources, node) for node, what in kind.items() if what == 2)


@st.composite
def any_graphs(draw: st.DrawFn) -> Genes:
    """Draw nodes and edges that may break every law of a network."""
    kinds = draw(st.lists(st.integers(0, 2), max_size=7))
    ids = draw(st.lists(st.integers(0, 9), min_size=len(kinds), max_size=len(kinds), unique=True))
    only_among_them = bool(ids) and draw(st.sampled_from([True, False]))
    ends = st.sampled_from(ids) if only_among_them else st.integers(0, 9)
    edges = draw(st.lists(st.tuples(ends, ends), max_size=10, unique=True))
    made = make_genes({i: (kind, 0, 0.0) for i, kind in zip(ids, kinds, strict=True)}, edges)
    made.edge_enabled[:] = [draw(st.booleans()) for _ in edges]
    return made


@given(any_graphs())
def test_only_a_graph_that_can_run_is_wired(genes: Genes) -> None:
    assert (wired(genes).n_nodes < 0) == has_no_network(genes)


@given(valid_genes())
def test_inputs_come_first_outputs_last_and_between_what_is_useful(genes: Genes) -> None:
    found = wired(genes)
    useful = useful_nodes(genes)
    by_kind = [genes.node_id[genes.node_kind == kind].tolist() for kind in range(3)]
    n_in, n_out = len(by_kind[0]), len(by_kind[2])
    assert found.order[:n_in] == by_kind[0]
    assert found.order[found.n_nodes - n_out :] == by_kind[2]
    assert sorted(found.order[n_in : found.n_nodes - n_out]) == sorted(useful & set(by_kind[1]))
    assert found.n_nodes == len(found.order)


@given(valid_genes())
def test_edges_are_those_that_an_output_depends_on(genes: Genes) -> None:
    found = wired(genes)
    useful = useful_nodes(genes)
    wanted = {k: (s, t) for k, s, t, _ in enabled_edges(genes) if t in useful}
    assert sorted(found.gene.tolist()) == sorted(wanted)
    for node in range(found.n_nodes):
        into = range(found.in_start[node], found.in_start[node + 1])
        for k in into:
            ends = (found.order[found.in_source[k]], found.order[node])
            assert wanted[int(found.gene[k])] == ends
        assert [found.gene[k] for k in into] == sorted(found.gene[k] for k in into)


@given(valid_genes())
def test_every_edge_leads_onward(genes: Genes) -> None:
    found = wired(genes)
    for node in range(found.n_nodes):
        assert (found.in_source[found.in_start[node] : found.in_start[node + 1]] < node).all()
        assert (found.out_target[found.out_start[node] : found.out_start[node + 1]] > node).all()


@given(valid_genes())
def test_both_lists_hold_the_same_edges(genes: Genes) -> None:
    found = wired(genes)
    for node in range(found.n_nodes):
        for k in range(found.out_start[node], found.out_start[node + 1]):
            twin = found.out_edge[k]
            assert found.in_source[twin] == node
            target = found.out_target[k]
            assert found.in_start[target] <= twin < found.in_start[target + 1]
    assert sorted(found.out_edge.tolist()) == list(range(found.gene.size))


def test_worked_example_with_a_dead_end_and_a_disabled_edge() -> None:
    # 0, 1 inputs; 2 output; 5 before 4 in running order; 3 leads nowhere; 1 -> 2 is disabled.
    nodes = {i: (0, 0, 0.0) for i in (0, 1)} | {2: (2, 0, 0.0)}
    nodes |= {i: (1, 0, 0.0) for i in (3, 4, 5)}
    genes = make_genes(nodes, [(0, 5), (5, 4), (4, 2), (1, 2), (0, 3)])
    genes.edge_enabled[(genes.edge_source == 1)] = False
    found = wired(genes)
    assert found.order == [0, 1, 5, 4, 2]
    assert found.in_start.tolist() == [0, 0, 0, 1, 2, 3]
    assert found.in_source.tolist() == [0, 2, 3]
    assert found.out_start.tolist() == [0, 1, 1, 2, 3, 3]
    assert found.out_target.tolist() == [2, 3, 4]
    assert found.out_edge.tolist() == [0, 1, 2]
    assert [(genes.edge_source[k], genes.edge_target[k]) for k in found.gene] == [
        (0, 5),
        (5, 4),
        (4, 2),
    ]


def test_a_cycle_that_no_output_depends_on_does_no_harm() -> None:
    nodes = {0: (0, 0, 0.0), 1: (2, 0, 0.0), 2: (1, 0, 0.0), 3: (1, 0, 0.0)}
    found = wired(make_genes(nodes, [(0, 1), (0, 2), (2, 3), (3, 2)]))
    assert found.order == [0, 1]
    assert found.gene.size == 1


@pytest.mark.parametrize("kind", [-1, 3])
def test_a_node_of_no_known_kind_is_refused(kind: int) -> None:
    genes = make_genes({0: (0, 0, 0.0), 1: (2, 0, 0.0), 2: (1, 0, 0.0)}, [(0, 2), (2, 1)])
    genes.node_kind[2] = kind
    assert wired(genes).n_nodes == -1


def test_no_genes_give_an_empty_network() -> None:
    assert wired(Genes.empty()).n_nodes == 0


@given(st.lists(st.integers(-5, 30), unique=True, max_size=12), st.integers(-6, 31))
def test_find_id_is_a_lookup(ids: list[int], wanted: int) -> None:
    ordered = np.array(sorted(ids), dtype=np.int64)
    assert find_id(ordered, wanted) == (sorted(ids).index(wanted) if wanted in ids else -1)


@given(st.lists(st.tuples(st.integers(0, 4), st.booleans()), max_size=12))
def test_group_gathers_used_places_by_key_in_order(items: list[tuple[int, bool]]) -> None:
    keys = np.array([key if used else -7 for key, used in items], dtype=np.int64)
    used = np.array([one for _, one in items], dtype=np.bool_)
    start, grouped = np.full(6, -1, dtype=np.int64), np.full(len(items), -1, dtype=np.int64)
    group(keys, used, start, grouped)
    for key in range(5):
        wanted = [k for k, item in enumerate(items) if item == (key, True)]
        assert grouped[start[key] : start[key + 1]].tolist() == wanted
    assert start[0] == 0
    assert start[5] == used.sum()
