"""Proposed mutations are allowed ones, and drawn fairly."""

from typing import Any

import numpy as np
import pytest
from tests import reference
from tests.kernels.packing import both_streams, number_of, random_genome, run_propose
from tests.reference import PlainGenome, Proposal

from spiral_monolith_neat_numpy.kernels import structure
from spiral_monolith_neat_numpy.kernels.structure import (
    DROP_EDGE,
    DROP_NODE,
    N_EDGES,
    N_NODES,
    SOURCE,
    SPLIT,
    TARGET,
    TOGGLE,
    GrowthRates,
)

ALL = GrowthRates(0.5, 0.5, 0.5, 0.5, 0.5, 4, 9, 1.0, 0.8)


def rates(**wanted: Any) -> GrowthRates:
    return GrowthRates(0.0, 0.0, 0.0, 0.0, 0.0, 100, 100, 1.0, 8.0)._replace(**wanted)


def as_row(genomes: list[PlainGenome], place: int, wanted: Proposal) -> list[int]:
    """Return what the first six columns of the kernel's row should hold."""
    first = sum(len(genome.edges) for genome in genomes[:place])
    edges = sorted(genomes[place].edges)

    def at(edge: int | None) -> int:
        return -1 if edge is None else first + edges.index(edge)

    node = -1 if wanted.drop_node is None else wanted.drop_node
    pair = wanted.pair or (-1, -1)
    return [at(wanted.split), *pair, at(wanted.drop_edge), node, at(wanted.toggle)]


def chain() -> PlainGenome:
    """Return input 0 -> hidden 3 -> hidden 4 -> output 2, input 1 -> 2, the first disabled."""
    pairs = [(0, 3), (3, 4), (4, 2), (1, 2)]
    return PlainGenome(
        {0: [0, 0, 0.0], 1: [0, 0, 0.0], 2: [2, 3, 0.0], 3: [1, 1, 0.0], 4: [1, 1, 0.0]},
        {k: [a, b, 1.0, k > 0] for k, (a, b) in enumerate(pairs)},
    )


@pytest.mark.parametrize("feed_forward", [True, False])
@pytest.mark.parametrize("n", [0, 1, 25])
def test_proposals_equal_those_of_the_twin(n: int, feed_forward: bool) -> None:
    rng = np.random.default_rng(n)
    genomes = [random_genome(rng, feed_forward=feed_forward) for _ in range(n)]
    if n > 2:
        genomes[1], genomes[2].edges = PlainGenome({}, {}), {}
    split_node = {number_of(0, 2): 5, number_of(1, 2): 7}
    _, draws = both_streams(n)
    wanted = [
        reference.propose(genome, split_node, ALL, feed_forward, draw, structure._TRIES)
        for genome, draw in zip(genomes, draws, strict=True)
    ]
    found, weight, n_changed = run_propose(
        genomes, ALL, feed_forward=feed_forward, split_node=split_node
    )
    rows = [as_row(genomes, k, proposal) for k, proposal in enumerate(wanted)]
    assert found[:, :N_NODES].tolist() == rows
    assert n_changed == sum(max(row) >= 0 for row in rows)
    np.testing.assert_allclose(weight, [proposal.weight for proposal in wanted], rtol=1e-12)


def test_nothing_is_proposed_at_rate_zero_or_for_a_spared_genome() -> None:
    found, _, n_changed = run_propose([chain()] * 3, rates())
    assert (found[:, :N_NODES] == -1).all()
    assert n_changed == 0
    found, _, n_changed = run_propose([chain()] * 3, rates(p_toggle=1.0), spared=1)
    assert (found[:, TOGGLE] >= 0).tolist() == [True, False, True]
    assert n_changed == 2
    assert found[:, N_NODES].tolist() == [5] * 3
    assert found[:, N_EDGES].tolist() == [4] * 3


def test_only_enabled_edges_whose_split_node_is_absent_are_split_each_as_often() -> None:
    genomes = [chain()] * 300
    split_node = {1: 4, 2: 9}  # node 4 is in the genome, node 9 is not; edge 0 is disabled
    found, _, _ = run_propose(genomes, rates(p_add_node=1.0), split_node=split_node)
    place = found[:, SPLIT] - 4 * np.arange(300)
    assert set(place.tolist()) == {2, 3}
    assert abs((place == 2).sum() - 150) < 45  # 5 standard deviations
    assert (found[:, N_NODES] == 6).all()
    assert (found[:, N_EDGES] == 6).all()


def test_a_feed_forward_genome_gets_every_open_pair_and_no_other() -> None:
    found, _, _ = run_propose([chain()] * 300, rates(p_add_connection=1.0))
    pairs = {tuple(pair) for pair in found[:, [SOURCE, TARGET]].tolist()}
    assert pairs == {(0, 2), (0, 4), (1, 3), (1, 4), (3, 2)}  # disabled 0 -> 3 is no gap
    assert (found[:, N_EDGES] == 5).all()


def test_a_recurrent_genome_may_get_cycles_self_loops_and_edges_out_of_outputs() -> None:
    found, _, _ = run_propose([chain()] * 400, rates(p_add_connection=1.0), feed_forward=False)
    pairs = {tuple(pair) for pair in found[:, [SOURCE, TARGET]].tolist()}
    every = {(a, b) for a in range(5) for b in (2, 3, 4)}
    assert pairs == every - chain().pairs()


def test_a_genome_with_all_its_connections_gets_none() -> None:
    full = PlainGenome({0: [0, 0, 0.0], 1: [2, 0, 0.0]}, {3: [0, 1, 1.0, False]})
    found, _, n_changed = run_propose([full], rates(p_add_connection=1.0))
    assert (n_changed, found[0, N_EDGES]) == (0, 1)


@pytest.mark.parametrize(
    ("cap", "splits", "joins"),
    [
        ({"max_hidden": 2}, False, True),
        ({"max_hidden": 3}, True, True),
        ({"max_hidden": 0}, False, True),
        ({"max_edges": 4}, False, False),
        ({"max_edges": 5}, False, True),
        ({"max_edges": 6}, True, False),
        ({"max_edges": 7}, True, True),
    ],
)
def test_growth_keeps_within_the_caps(cap: dict[str, int], splits: bool, joins: bool) -> None:
    found, _, _ = run_propose([chain()], rates(p_add_node=1.0, p_add_connection=1.0, **cap))
    assert (found[0, SPLIT] >= 0, found[0, SOURCE] >= 0) == (splits, joins)


def test_nothing_is_removed_from_a_genome_that_grows() -> None:
    every = rates(p_add_node=1.0, p_remove_node=1.0, p_remove_connection=1.0)
    found, _, _ = run_propose([chain()], every)
    assert found[0, [DROP_EDGE, DROP_NODE]].tolist() == [-1, -1]


def test_a_removed_node_takes_its_edges_along_and_each_is_counted_once() -> None:
    both = rates(p_remove_node=1.0, p_remove_connection=1.0)
    found, _, _ = run_propose([chain()] * 60, both)
    for k, row in enumerate(found.tolist()):
        touched = {3: {0, 1}, 4: {1, 2}}[row[DROP_NODE]]
        assert row[N_NODES] == 4
        assert row[N_EDGES] == 4 - len(touched | {row[DROP_EDGE] - 4 * k})
    assert set(found[:, DROP_NODE].tolist()) == {3, 4}


def test_inputs_and_outputs_are_never_removed() -> None:
    bare = PlainGenome({0: [0, 0, 0.0], 1: [2, 0, 0.0]}, {})
    found, _, n_changed = run_propose(
        [bare], rates(p_remove_node=1.0, p_remove_connection=1.0, p_toggle=1.0)
    )
    assert n_changed == 0
    assert found[0, [N_NODES, N_EDGES]].tolist() == [2, 0]


def test_new_weights_have_the_spread_asked_for_and_keep_to_the_clip() -> None:
    _, weight, _ = run_propose(
        [chain()] * 400, rates(p_add_connection=1.0, weight_sigma=2.0, weight_clip=3.0)
    )
    assert abs(weight).max() == 3.0
    assert abs(weight.mean()) < 0.5  # 5 standard errors
    assert 1.4 < weight.std() < 2.0
