"""Edges against the direction of reading are told apart as a compiled network does, and drawn."""

from pathlib import Path

import numpy as np
from hypothesis import given
from tests.genes.strategies import recurrent_genes
from tests.network_reference import useful_nodes
from tests.pictures.images import assert_drawn, networks, pixels
from tests.recurrent_reference import PlainRecurrentNetwork, reachable

from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.pictures.feedback import recurrent_edges
from spiral_monolith_neat_numpy.pictures.topology import TopologyData, draw_topology


def pairs(data: TopologyData) -> set[tuple[int, int]]:
    drawn = np.flatnonzero(data.edge_enabled)
    late = drawn[recurrent_edges(data, drawn)]
    return set(zip(data.edge_source[late].tolist(), data.edge_target[late].tolist(), strict=True))


@given(recurrent_genes())
def test_among_what_runs_recurrent_is_what_is_when_it_runs(genes: Genes) -> None:
    useful = useful_nodes(genes)
    found = {pair for pair in pairs(TopologyData.from_genes(genes)) if pair[1] in useful}
    assert found == PlainRecurrentNetwork(genes).recurrent()


@given(recurrent_genes())
def test_recurrent_edges_lie_on_cycles_and_cut_them_all(genes: Genes) -> None:
    late, leads = pairs(TopologyData.from_genes(genes)), reachable(genes)
    place = {node: at for at, node in enumerate(genes.node_id.tolist())}
    assert all(leads[place[target], place[source]] for source, target in late)
    cut = genes.copy()
    for k, pair in enumerate(zip(genes.edge_source, genes.edge_target, strict=True)):
        cut.edge_enabled[k] &= pair not in late
    assert not np.diag(reachable(cut)).any()


@given(networks())
def test_a_feed_forward_network_has_none(data: TopologyData) -> None:
    assert pairs(data) == set()


def tangle(edges: list[tuple[int, int]]) -> TopologyData:
    """Return inputs 0 and 1, outputs 2 and 3, hidden 4 and 5."""
    source, target = np.array(edges).T
    ones = np.ones(len(edges))
    return TopologyData(
        np.arange(6), np.array([0, 0, 2, 2, 1, 1]), ["tanh"] * 6, np.zeros(6), source, target, ones,
        ones > 0.0,
    )  # fmt: skip


ONWARD = [(0, 4), (1, 4), (4, 5), (5, 2), (5, 3)]


def test_every_kind_of_edge_is_drawn_and_nothing_is_cut_off(tmp_path: Path) -> None:
    back = [(5, 4), (4, 4), (2, 2), (2, 3), (3, 2), (3, 4), (2, 5)]
    path = draw_topology(tangle(ONWARD + back), tmp_path / "a.png")
    height, width, _ = pixels(path).shape
    assert_drawn(path, width / 150, height / 150)
    one_by_one = [
        draw_topology(tangle([*ONWARD, edge]), tmp_path / f"{k}.png").read_bytes()
        for k, edge in enumerate([*back, (0, 2)])
    ]
    assert len(set(one_by_one)) == len(back) + 1


def test_no_edge_but_a_loop_is_drawn(tmp_path: Path) -> None:
    path = draw_topology(tangle([(2, 2)]), tmp_path / "a.png")
    height, width, _ = pixels(path).shape
    assert_drawn(path, width / 150, height / 150)
