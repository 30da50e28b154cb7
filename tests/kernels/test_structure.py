"""Proposed mutations are allowed ones, and drawn fairly."""

from typing import Any

import numpy as np
import pytest
from tests import breeding_reference
from tests.kernels.packing import (
    as_row,
    both_streams,
    number_of,
    random_genome,
    run_propose,
    variation_with,
)
from tests.reference import PlainGenome

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.kernels import structure
from spiral_monolith_neat_numpy.kernels.structure import (
    DROP_EDGE,
    DROP_NODE,
    N_COLUMNS,
    N_EDGES,
    N_NODES,
    SOURCE,
    SPLIT,
    TARGET,
    TOGGLE,
    clear_proposal,
)
from spiral_monolith_neat_numpy.seeding import Purpose

RATES = ("p_add_node", "p_add_connection", "p_remove_node", "p_remove_connection", "p_toggle")


def rows_of(
    genomes: list[PlainGenome], split_node: dict[int, int] | None = None, **wanted: Any
) -> IntArray:
    """Return the proposals for these genomes, whose places are relative to each of them."""
    draft = run_propose(genomes, variation_with(**wanted), split_node)
    rows = draft.proposal.copy()
    for column in (SPLIT, DROP_EDGE, TOGGLE):
        rows[:, column] -= np.where(rows[:, column] >= 0, draft.genomes.edge_offset[:-1], 0)
    return rows


def chain() -> PlainGenome:
    """Return input 0 -> hidden 3 -> hidden 4 -> output 2, input 1 -> 2, the first disabled."""
    pairs = [(0, 3), (3, 4), (4, 2), (1, 2)]
    return PlainGenome(
        {0: [0, 0, 0.0], 1: [0, 0, 0.0], 2: [2, 3, 0.0], 3: [1, 1, 0.0], 4: [1, 1, 0.0]},
        {k: [a, b, 1.0, k > 0] for k, (a, b) in enumerate(pairs)},
    )


@pytest.mark.parametrize("uniform", [True, False])
@pytest.mark.parametrize("feed_forward", [True, False])
@pytest.mark.parametrize("n", [0, 1, 25])
def test_proposals_equal_those_of_the_twin(n: int, feed_forward: bool, uniform: bool) -> None:
    rng = np.random.default_rng(n)
    genomes = [random_genome(rng, feed_forward=feed_forward) for _ in range(n)]
    if n > 2:
        genomes[1], genomes[2].edges = PlainGenome({}, {}), {}
    split_node = {number_of(0, 2): 5, number_of(1, 2): 7}
    variation = variation_with(
        **dict.fromkeys(RATES, 0.5),
        max_hidden=4,
        max_edges=9,
        feed_forward=feed_forward,
        initial_sigma=1.0,
        uniform=uniform,
        clip=0.8,
    )
    _, draws = both_streams(n, Purpose.STRUCTURE)
    growth, noise, tries = variation.growth, variation.noise, structure._TRIES
    wanted = [
        breeding_reference.propose(genome, split_node, growth, noise, draw, tries)
        for genome, draw in zip(genomes, draws, strict=True)
    ]
    draft = run_propose(genomes, variation, split_node)
    rows = [as_row(draft.genomes, k, proposal) for k, proposal in enumerate(wanted)]
    assert draft.proposal[:, :N_NODES].tolist() == rows
    proposed = draft.proposal
    is_new = (proposed[:, SPLIT] >= 0) | (proposed[:, SOURCE] >= 0)
    assert draft.unnumbered.tolist() == is_new.tolist()  # nothing has a number
    weight = [proposal.weight for proposal in wanted]
    np.testing.assert_allclose(draft.weight, weight, rtol=1e-12, atol=1e-15)


def test_a_cleared_proposal_proposes_nothing() -> None:
    row = np.full(N_COLUMNS, 5)
    clear_proposal(3, 4, row)
    assert row.tolist() == [-1] * N_NODES + [3, 4]


def test_nothing_is_proposed_at_rate_zero_or_for_an_elite() -> None:
    draft = run_propose([chain()] * 3, variation_with())
    assert (draft.proposal[:, :N_NODES] == -1).all()
    assert draft.unnumbered.tolist() == [False] * 3
    draft = run_propose([chain()] * 3, variation_with(p_toggle=1.0, p_add_connection=1.0), None, 1)
    assert (draft.proposal[:, TOGGLE] >= 0).tolist() == [True, False, True]
    assert draft.unnumbered.tolist() == [True, False, True]
    assert draft.proposal[1].tolist() == [-1] * N_NODES + [5, 4]
    assert draft.weight[1] == 0.0


def test_only_enabled_edges_whose_split_node_is_absent_are_split_each_as_often() -> None:
    split_node = {1: 4, 2: 9}  # node 4 is in the genome, node 9 is not; edge 0 is disabled
    rows = rows_of([chain()] * 300, split_node, p_add_node=1.0)
    assert set(rows[:, SPLIT].tolist()) == {2, 3}
    assert abs((rows[:, SPLIT] == 2).sum() - 150) < 45  # 5 standard deviations
    assert (rows[:, N_NODES] == 6).all()
    assert (rows[:, N_EDGES] == 6).all()


def test_a_feed_forward_genome_gets_every_open_pair_and_no_other() -> None:
    rows = rows_of([chain()] * 300, p_add_connection=1.0)
    pairs = {tuple(pair) for pair in rows[:, [SOURCE, TARGET]].tolist()}
    assert pairs == {(0, 2), (0, 4), (1, 3), (1, 4), (3, 2)}  # disabled 0 -> 3 is no gap
    assert (rows[:, N_EDGES] == 5).all()


def test_a_recurrent_genome_may_get_cycles_self_loops_and_edges_out_of_outputs() -> None:
    rows = rows_of([chain()] * 400, p_add_connection=1.0, feed_forward=False)
    pairs = {tuple(pair) for pair in rows[:, [SOURCE, TARGET]].tolist()}
    every = {(a, b) for a in range(5) for b in (2, 3, 4)}
    assert pairs == every - chain().pairs()


def test_a_genome_with_all_its_connections_gets_none() -> None:
    full = PlainGenome({0: [0, 0, 0.0], 1: [2, 0, 0.0]}, {3: [0, 1, 1.0, False]})
    draft = run_propose([full], variation_with(p_add_connection=1.0))
    assert (draft.proposal[0, :N_NODES] == -1).all()
    assert draft.proposal[0, N_EDGES] == 1


def test_a_genome_without_nodes_or_without_targets_stays_as_it_is() -> None:
    bare = [PlainGenome({}, {}), PlainGenome({0: [0, 0, 0.0]}, {})]
    variation = variation_with(**dict.fromkeys(RATES, 1.0))
    for feed_forward in (True, False):
        growth = variation.growth._replace(feed_forward=feed_forward)
        draft = run_propose(bare, variation._replace(growth=growth))
        assert (draft.proposal[:, :N_NODES] == -1).all()
        assert draft.proposal[:, [N_NODES, N_EDGES]].tolist() == [[0, 0], [1, 0]]


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
    [row] = rows_of([chain()], None, p_add_node=1.0, p_add_connection=1.0, **cap)
    assert (row[SPLIT] >= 0, row[SOURCE] >= 0) == (splits, joins)


def test_nothing_is_removed_from_a_genome_that_grows() -> None:
    [row] = rows_of([chain()], p_add_node=1.0, p_remove_node=1.0, p_remove_connection=1.0)
    assert row[[DROP_EDGE, DROP_NODE]].tolist() == [-1, -1]


def test_a_removed_node_takes_its_edges_along_and_each_is_counted_once() -> None:
    rows = rows_of([chain()] * 60, p_remove_node=1.0, p_remove_connection=1.0)
    for row in rows.tolist():
        touched = {3: {0, 1}, 4: {1, 2}}[row[DROP_NODE]]
        assert row[N_NODES] == 4
        assert row[N_EDGES] == 4 - len(touched | {row[DROP_EDGE]})
    assert set(rows[:, DROP_NODE].tolist()) == {3, 4}


def test_inputs_and_outputs_are_never_removed() -> None:
    bare = PlainGenome({0: [0, 0, 0.0], 1: [2, 0, 0.0]}, {})
    [row] = rows_of([bare], p_remove_node=1.0, p_remove_connection=1.0, p_toggle=1.0)
    assert row.tolist() == [-1] * N_NODES + [2, 0]


def test_new_weights_have_the_spread_asked_for_and_keep_to_the_clip() -> None:
    variation = variation_with(p_add_connection=1.0, initial_sigma=2.0, clip=3.0)
    weight = run_propose([chain()] * 400, variation).weight
    assert abs(weight).max() == 3.0
    assert abs(weight.mean()) < 0.5  # 5 standard errors
    assert 1.4 < weight.std() < 2.0
