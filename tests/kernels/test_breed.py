"""A generation is bred in two passes over ranges, in any order, as its twins would."""

import numpy as np
import pytest
from tests import breeding_reference
from tests.breeding_reference import Mating, PlainTracker, Proposal
from tests.kernels.packing import (
    as_row,
    assert_same,
    both_streams,
    clones,
    empty_table,
    flat,
    random_genome,
    run_conceive,
    run_deliver,
    unpack,
    variation_with,
)
from tests.reference import PlainGenome

from spiral_monolith_neat_numpy.arrays import AnyArray, IntArray
from spiral_monolith_neat_numpy.kernels import structure
from spiral_monolith_neat_numpy.kernels.breed import Variation
from spiral_monolith_neat_numpy.kernels.numbering import enter, pair_key
from spiral_monolith_neat_numpy.kernels.structure import N_NODES, SOURCE, SPLIT, TARGET
from spiral_monolith_neat_numpy.seeding import Purpose

LIVELY = variation_with(
    **dict.fromkeys(
        ("p_add_node", "p_add_connection", "p_remove_node", "p_remove_connection", "p_toggle"), 0.4
    ),
    **dict.fromkeys(("p_mutate", "p_replace", "p_bias", "p_activation"), 0.5),
    p_inherit_disabled=0.6,
    sigma=0.5,
    bias_sigma=0.4,
    adaptation=0.2,
    initial_sigma=1.5,
    clip=2.0,
)
NOISES = {
    "gaussian": LIVELY.noise,
    "cauchy": LIVELY.noise._replace(cauchy=True, uniform=True, adaptation=0.0),
}


def some_parents(n: int, feed_forward: bool = True) -> list[PlainGenome]:
    rng = np.random.default_rng(n)
    parents = [random_genome(rng, feed_forward=feed_forward) for _ in range(n)]
    parents[1], parents[2].edges = PlainGenome({}, {}), {}
    return parents


def some_matings(n: int, n_parents: int) -> list[Mating]:
    """Return rows with every way to beget a child, by turns."""
    rng = np.random.default_rng(n)
    rows = []
    for k in range(n):
        base, other, plus, minus = rng.integers(0, n_parents, 4).tolist()
        way = [
            Mating(base, other),
            Mating(base, other, average=True),
            Mating(base, other, False, plus, minus),
            Mating(base),
            Mating(base, elite=True),
        ]
        rows.append(way[k % len(way)])
    return rows


def expected(
    parents: list[PlainGenome], matings: list[Mating], scale: list[float], variation: Variation
) -> tuple[list[PlainGenome], list[float], list[Proposal]]:
    """Return the children before their structure changes, their factors and their proposals."""
    _, draws = both_streams(len(matings))
    _, structure_draws = both_streams(len(matings), Purpose.STRUCTURE)
    children, factors, proposals = [], [], []
    for mating, draw, other_draw in zip(matings, draws, structure_draws, strict=True):
        child, factor = breeding_reference.make_child(
            parents, mating, scale[mating.base], variation, draw
        )
        proposal = Proposal()
        if not mating.elite:
            proposal = breeding_reference.propose(
                child, {}, variation.growth, variation.noise, other_draw, structure._TRIES
            )
        children.append(child)
        factors.append(factor)
        proposals.append(proposal)
    return children, factors, proposals


@pytest.mark.parametrize("noise", NOISES)
@pytest.mark.parametrize("feed_forward", [True, False])
@pytest.mark.parametrize("n", [0, 1, 40])
def test_a_generation_equals_that_of_the_twins(n: int, feed_forward: bool, noise: str) -> None:
    parents, matings = some_parents(7, feed_forward), some_matings(n, 7)
    scale = np.geomspace(0.1, 3.0, 7).tolist()
    growth = LIVELY.growth._replace(feed_forward=feed_forward)
    variation = LIVELY._replace(noise=NOISES[noise], growth=growth)
    children, factors, proposals = expected(parents, matings, scale, variation)
    draft = run_conceive(parents, matings, variation, scale)
    assert_same(unpack(*draft.genomes), children)
    np.testing.assert_allclose(draft.scale, factors, rtol=1e-12)
    np.testing.assert_allclose(draft.weight, [p.weight for p in proposals], rtol=1e-12)
    rows = [as_row(draft.genomes, k, proposal) for k, proposal in enumerate(proposals)]
    assert draft.proposal[:, :N_NODES].tolist() == rows
    tracker = PlainTracker()
    for parent in parents:
        tracker.learn(parent)
    ids = tracker.number_proposals(children, proposals)
    activation, weight_in = variation.hidden_activation, variation.split_weight
    wanted = [
        breeding_reference.splice(child, proposal, row, activation, weight_in)
        for child, proposal, row in zip(children, proposals, ids, strict=True)
    ]
    as_array = np.array(ids, dtype=np.int64).reshape(n, 4)
    assert_same(unpack(*run_deliver(draft, as_array, variation)), wanted)


@pytest.mark.parametrize("seed", range(3))
def test_what_has_a_number_is_found_and_what_lacks_one_is_marked(seed: int) -> None:
    rng = np.random.default_rng(seed)
    parents, matings = some_parents(7), some_matings(60, 7)
    draft = run_conceive(parents, matings, LIVELY)
    tracker = PlainTracker()
    for parent in parents:
        tracker.learn(parent)
    for edge in sorted(tracker.edges.values())[::2]:
        tracker.split_node(edge)
    splits = dict(tracker.splits)
    draft = run_conceive(parents, matings, LIVELY, split_node=splits)
    edges, ends = draft.genomes.edges, {number: pair for pair, number in tracker.edges.items()}
    for row in draft.proposal.tolist():  # of all pairs that come up half have a number
        split = int(edges.innovation[row[SPLIT]]) if row[SPLIT] >= 0 else -1
        node = splits.get(split, -1)
        pairs = [(row[SOURCE], row[TARGET])] * (row[SOURCE] >= 0)
        if node >= 0:
            pairs += [(ends[split][0], node), (node, ends[split][1])]
        for pair in pairs:
            if rng.random() < 0.5:
                tracker.edge_id(pair)
    table = empty_table(1024)
    keys = np.array([pair_key(*pair) for pair in tracker.edges], dtype=np.int64)
    enter(keys, np.array(list(tracker.edges.values()), dtype=np.int64), table)
    draft = run_conceive(parents, matings, LIVELY, split_node=splits, table=table)
    seen = set()
    for row, ids, lacks in zip(
        draft.proposal.tolist(), draft.ids.tolist(), draft.unnumbered.tolist(), strict=True
    ):
        wanted = [-1] * 4
        if row[SPLIT] >= 0:
            split = int(edges.innovation[row[SPLIT]])
            source, target = ends[split]
            wanted[0] = node = splits.get(split, -1)
            wanted[1] = tracker.edges.get((source, node), -1)
            wanted[2] = tracker.edges.get((node, target), -1)
        if row[SOURCE] >= 0:
            wanted[3] = tracker.edges.get((row[SOURCE], row[TARGET]), -1)
        assert ids == wanted
        needed = wanted[:3] * (row[SPLIT] >= 0) + wanted[3:] * (row[SOURCE] >= 0)
        assert lacks == (-1 in needed)
        seen.add((bool(needed), lacks))
    assert seen == {(False, False), (True, False), (True, True)}


def same_bits(one: list[AnyArray], other: list[AnyArray]) -> bool:
    return [array.tobytes() for array in one] == [array.tobytes() for array in other]


@pytest.mark.parametrize(
    "spans",
    [
        [(0, 13), (13, 40)],
        [(31, 40), (2, 31), (0, 2)],
        [(20, 20), (39, 40), (0, 39), (40, 40)],
        [(k, k + 1) for k in np.random.default_rng(5).permutation(40).tolist()],
    ],
)
def test_ranges_in_any_order_give_the_bits_of_one(spans: list[tuple[int, int]]) -> None:
    parents, matings = some_parents(7), some_matings(40, 7)
    scale = [0.5] * 7
    draft = run_conceive(parents, matings, LIVELY, scale)
    again = run_conceive(parents, matings, LIVELY, scale, spans=spans)
    assert draft.unnumbered.any()
    assert same_bits(flat(draft), flat(again))
    ids: IntArray = np.arange(160).reshape(40, 4) + 1000
    whole, parts = (run_deliver(draft, ids, LIVELY, each) for each in (None, spans))
    assert same_bits(flat(whole), flat(parts))


def test_a_range_touches_no_other_child() -> None:
    parents, matings = some_parents(7), some_matings(10, 7)
    draft = run_conceive(parents, matings, LIVELY, spans=[(3, 5)])
    others = [k for k in range(10) if k not in (3, 4)]
    assert np.isnan(draft.scale[others]).all()
    assert (draft.proposal[others] == -9).all()
    edges = draft.genomes.edge_offset
    assert np.isnan(draft.genomes.edges.weight[: edges[3]]).all()
    assert np.isnan(draft.genomes.edges.weight[edges[5] :]).all()


def test_an_elite_is_its_parent_and_draws_nothing() -> None:
    parents = some_parents(7)
    draft = run_conceive(parents, [Mating(k, elite=True) for k in range(7)], LIVELY, [0.3] * 7)
    assert unpack(*draft.genomes) == parents
    assert draft.scale.tolist() == [0.3] * 7
    assert not draft.unnumbered.any()
    assert unpack(*run_deliver(draft, np.full((7, 4), -1), LIVELY)) == parents


def test_parents_stay_as_they_were() -> None:
    parents = some_parents(7)
    before = [parent.copy() for parent in parents]
    run_conceive(parents, clones(7), LIVELY)
    assert parents == before


def test_a_child_worked_by_hand() -> None:
    """Mean, then a difference, then a split and a new number for each new gene."""
    nodes = {0: [0, 0, 0.0], 1: [2, 3, 1.0]}
    parents = [PlainGenome(nodes, {0: [0, 1, weight, True]}) for weight in (1.0, 3.0, 8.0)]
    variation = variation_with(p_add_node=1.0, differential_weight=0.25)
    draft = run_conceive(parents, [Mating(0, 1, True, 2, 0)], variation)
    assert draft.genomes.edges.weight.tolist() == [3.75]  # (1 + 3) / 2 + (8 - 1) / 4
    assert draft.proposal.tolist() == [[0, -1, -1, -1, -1, -1, 3, 3]]
    [child] = unpack(*run_deliver(draft, np.array([[2, 1, 2, -1]]), variation))
    assert child.nodes == nodes | {2: [1, variation.hidden_activation, 0.0]}
    assert child.edges == {
        0: [0, 1, 3.75, False],
        1: [0, 2, variation.split_weight, True],
        2: [2, 1, 3.75, True],
    }
