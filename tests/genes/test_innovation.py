"""The same change has the same number for the whole run, and no number has two meanings."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from tests.breeding_reference import PlainTracker
from tests.genes.strategies import genes, make_genes, populations
from tests.reference import PlainGenome

from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.errors import GenomeError
from spiral_monolith_neat_numpy.genes.gather import edge_arrays
from spiral_monolith_neat_numpy.genes.innovation import InnovationTracker
from spiral_monolith_neat_numpy.genes.live import MAX_ID
from spiral_monolith_neat_numpy.genes.packed import Genes
from spiral_monolith_neat_numpy.genes.population import Population
from spiral_monolith_neat_numpy.kernels.layout import EdgeArrays
from spiral_monolith_neat_numpy.kernels.structure import N_COLUMNS, SOURCE, SPLIT, TARGET

Pair = tuple[int, int]
pairs = st.lists(st.tuples(st.integers(0, 8), st.integers(0, 8)), max_size=12)


def array(values: list[int]) -> IntArray:
    return np.array(values, dtype=np.int64)


def ids_of(tracker: InnovationTracker, wanted: list[Pair]) -> list[int]:
    ids = tracker.edge_ids(array([a for a, _ in wanted]), array([b for _, b in wanted]))
    assert ids.dtype == np.int64
    return [int(number) for number in ids]


def plain(some: Genes) -> PlainGenome:
    """Return what a tracker sees of genes."""
    ends = zip(some.edge_source.tolist(), some.edge_target.tolist(), strict=True)
    edges = zip(some.edge_innovation.tolist(), ends, strict=True)
    return PlainGenome(
        {node: [] for node in some.node_id.tolist()}, {number: [*pair] for number, pair in edges}
    )


class TrackerAgainstItsSlowTwin(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.tracker = InnovationTracker()
        self.twin = PlainTracker()

    @rule(wanted=pairs)
    def ask_edges(self, wanted: list[Pair]) -> None:
        expected = [self.twin.edge_id(pair) for pair in wanted]
        assert ids_of(self.tracker, wanted) == expected

    @rule(data=st.data())
    def ask_splits(self, data: st.DataObject) -> None:
        known = sorted(self.twin.edges.values())
        edges = data.draw(st.lists(st.sampled_from(known), max_size=6)) if known else []
        expected = [self.twin.split_node(edge) for edge in edges]
        assert self.tracker.split_nodes(array(edges)).tolist() == expected

    @rule(some=genes())
    def learn(self, some: Genes) -> None:
        columns = (some.edge_source, some.edge_target)
        fresh = [
            self.twin.edges.get(pair, self.twin.next_innovation + 2 * place)
            for place, pair in enumerate(zip(*(c.tolist() for c in columns), strict=True))
        ]
        some = replace(some, edge_innovation=array(fresh))
        self.tracker.learn(some)
        self.twin.learn(plain(some))

    @rule()
    def save_and_load(self) -> None:
        self.tracker = InnovationTracker.from_arrays(self.tracker.to_arrays())

    @invariant()
    def they_agree(self) -> None:
        tracker, twin = self.tracker, self.twin
        assert tracker.next_node == twin.next_node
        assert tracker.next_innovation == twin.next_innovation
        split = tracker.split_node_of_edge
        assert split.shape == (twin.next_innovation,)
        assert {edge: int(split[edge]) for edge in np.flatnonzero(split >= 0)} == twin.splits

    @invariant()
    def no_number_has_two_meanings(self) -> None:
        assert len(set(self.twin.edges.values())) == len(self.twin.edges)
        assert len(set(self.twin.splits.values())) == len(self.twin.splits)


TestTrackerAgainstItsSlowTwin = TrackerAgainstItsSlowTwin.TestCase


@given(st.lists(pairs, max_size=5))
def test_the_same_connection_has_the_same_number_forever(requests: list[list[Pair]]) -> None:
    tracker = InnovationTracker()
    seen: dict[Pair, int] = {}
    for wanted in requests:
        for pair, number in zip(wanted, ids_of(tracker, wanted), strict=True):
            assert seen.setdefault(pair, number) == number
    assert sorted(seen.values()) == list(range(len(seen)))


def test_numbers_come_in_the_order_of_first_appearance() -> None:
    tracker = InnovationTracker()
    assert ids_of(tracker, [(5, 6), (0, 1), (5, 6), (3, 9)]) == [0, 1, 0, 2]
    assert ids_of(tracker, [(9, 3), (0, 1), (1, 0)]) == [3, 1, 4]
    assert tracker.split_nodes(array([4, 1, 4])).tolist() == [0, 1, 0]
    assert tracker.split_node_of_edge.tolist() == [-1, 1, -1, -1, 0]


def test_thousands_of_connections_keep_their_numbers_while_the_table_grows() -> None:
    tracker, twin = InnovationTracker(), PlainTracker()
    rng = np.random.default_rng(4)
    for size in (0, 1, 127, 2, 3000, 5, 20_000):
        ends = rng.integers(0, 60, (size, 2)) * rng.choice([1, 2**25], (size, 2))
        wanted = [(int(a), int(b)) for a, b in ends]
        assert ids_of(tracker, wanted) == [twin.edge_id(pair) for pair in wanted]
    every = list(twin.edges)
    assert len(every) > 5000
    twins = [tracker, tracker.copy(), InnovationTracker.from_arrays(tracker.to_arrays())]
    for one in twins:
        assert ids_of(one, every) == list(range(len(every)))


def proposals(*rows: tuple[int, int, int]) -> tuple[IntArray, IntArray]:
    """Return genomes with a proposal and all rows, each the edge to split and a new pair."""
    proposal = np.full((len(rows), N_COLUMNS), -1)
    proposal[:, [SPLIT, SOURCE, TARGET]] = np.array(rows).reshape(len(rows), 3)
    return np.flatnonzero((proposal >= 0).any(axis=1)), proposal


def numbered(
    tracker: InnovationTracker, edges: EdgeArrays, changed: IntArray, proposal: IntArray
) -> IntArray:
    ids = np.full((len(proposal), 4), -9)
    tracker.number_proposals(edges, changed, proposal, ids)
    return ids


def test_proposals_get_nodes_first_then_edges_in_and_out_then_connections() -> None:
    tracker = InnovationTracker()
    known = Population.first(2, 2, 1).genes  # nodes 0, 1 -> 2; connections 0 and 1 of each
    tracker.learn(known)
    rows = proposals((1, 2, 2), (-1, -1, -1), (2, -1, -1), (3, 2, 1), (-1, 2, 2))
    found = numbered(tracker, edge_arrays(known), *rows)
    assert found[[0, 2, 3], :3].tolist() == [[3, 2, 4], [4, 3, 5], [3, 2, 4]]
    assert found[[0, 3, 4], 3].tolist() == [6, 7, 6]
    assert (tracker.next_node, tracker.next_innovation) == (5, 8)
    assert ids_of(tracker, [(1, 3), (0, 4), (3, 2), (4, 2), (2, 2), (2, 1)]) == [2, 3, 4, 5, 6, 7]
    again = numbered(tracker, edge_arrays(known), *rows)
    assert again[[0, 2, 3], :3].tolist() == found[[0, 2, 3], :3].tolist()
    assert (tracker.next_node, tracker.next_innovation) == (5, 8)


def test_proposals_of_a_large_population_make_the_table_grow() -> None:
    tracker, n = InnovationTracker(), 400
    known = Population.first(1, n, 1).genes
    tracker.learn(known)
    changed, proposal = proposals(*((k, -1, -1) for k in range(n)))
    found = numbered(tracker, edge_arrays(known), changed, proposal)
    assert found[:, :3].tolist() == [[n + 1 + k, n + k, 2 * n + k] for k in range(n)]
    assert tracker.split_node_of_edge[:n].tolist() == found[:, 0].tolist()
    assert tracker.next_innovation == 3 * n


def test_no_proposals_need_no_numbers() -> None:
    tracker = InnovationTracker()
    found = numbered(tracker, edge_arrays(Genes.empty()), *proposals())
    assert found.shape == (0, 4)
    assert (tracker.next_node, tracker.next_innovation) == (0, 0)


def test_an_edge_never_learned_cannot_be_split_by_a_proposal() -> None:
    tracker = InnovationTracker(next_node=9, next_innovation=1)
    known = Population.first(1, 2, 1).genes
    with pytest.raises(ValueError, match="edges must hold known connections, got number 1"):
        numbered(tracker, edge_arrays(known), *proposals((0, -1, -1), (1, -1, -1)))
    assert (tracker.next_node, tracker.next_innovation) == (9, 1)


@given(populations())
def test_learned_connections_keep_their_numbers_and_new_ones_never_collide(
    population: Population,
) -> None:
    tracker = InnovationTracker()
    known = population.genes
    tracker.learn(known)
    tracker.learn(known)
    found = tracker.edge_ids(known.edge_source, known.edge_target)
    assert found.tolist() == known.edge_innovation.tolist()
    new = tracker.edge_ids(array([50, 51]), array([60, 60]))
    assert not np.isin(new, known.edge_innovation).any()
    assert not np.isin(tracker.split_nodes(new), known.node_id).any()


def test_the_array_of_splits_takes_writes_and_grows() -> None:
    tracker = InnovationTracker()
    for n in range(1, 40):
        ids_of(tracker, [(0, n)])
        tracker.split_nodes(array([n - 1]))
        assert tracker.split_node_of_edge.tolist() == list(range(n))
        assert tracker.split_node_of_edge.flags.c_contiguous


@given(st.lists(pairs, min_size=1, max_size=4), st.data())
def test_to_arrays_and_back_is_identity(requests: list[list[Pair]], data: st.DataObject) -> None:
    tracker = InnovationTracker(next_node=9, next_innovation=3)
    for wanted in requests:
        known = ids_of(tracker, wanted)
        splits = data.draw(st.lists(st.sampled_from(known), max_size=4)) if known else []
        tracker.split_nodes(array(splits))
    saved = tracker.to_arrays()
    for twin in (InnovationTracker.from_arrays(saved), tracker.copy()):
        again = twin.to_arrays()
        assert list(again) == list(saved)
        for name, values in saved.items():
            assert values.dtype == again[name].dtype == np.int64
            assert values.tolist() == again[name].tolist()
        for wanted in requests:
            assert ids_of(twin, wanted) == ids_of(tracker, wanted)


def test_a_copy_goes_its_own_way() -> None:
    tracker = InnovationTracker()
    ids_of(tracker, [(0, 1)])
    twin = tracker.copy()
    ids_of(twin, [(0, 2)])
    twin.split_nodes(array([0]))
    assert (tracker.next_innovation, tracker.next_node) == (1, 0)
    assert tracker.split_node_of_edge.tolist() == [-1]


def genes_with(edges: list[tuple[int, int, int]]) -> Genes:
    """Return genes of connections (source, target, innovation) and of no nodes."""
    made = make_genes({}, [(a, b) for a, b, _ in edges])
    return replace(
        made,
        edge_source=array([a for a, _, _ in edges]),
        edge_target=array([b for _, b, _ in edges]),
        edge_innovation=array([number for _, _, number in edges]),
    )


@pytest.mark.parametrize(
    ("edges", "message"),
    [
        ([(0, 9, 5), (0, 3, 7)], "connection 0 -> 3 must keep its innovation 1 .* got 7"),
        ([(0, 9, 5), (4, 4, 1)], "innovation 1 must stand for one connection .* for 4 -> 4 too"),
        ([(0, 9, 5), (4, 4, 5)], "innovation 5 must stand for one connection"),
        ([(0, 9, 5), (0, 9, 6)], "connection 0 -> 9 must keep its innovation 5 .* got 6"),
        ([(0, 9, 5), (4, 4, 2**30)], "innovation must be at most 16777217 here, got 1073741824"),
    ],
)
def test_a_number_with_two_meanings_is_refused_and_nothing_is_learned(
    edges: list[tuple[int, int, int]], message: str
) -> None:
    tracker = InnovationTracker()
    ids_of(tracker, [(0, 2), (0, 3)])
    before = {name: values.tolist() for name, values in tracker.to_arrays().items()}
    with pytest.raises(GenomeError, match=message):
        tracker.learn(genes_with(edges))
    assert {name: values.tolist() for name, values in tracker.to_arrays().items()} == before


@pytest.mark.parametrize("edge", [1, 7, 10**6])
def test_a_connection_never_seen_cannot_be_split(edge: int) -> None:
    tracker = InnovationTracker(next_innovation=7)
    tracker.learn(genes_with([(0, 1, 4)]))
    with pytest.raises(ValueError, match=f"numbers of known connections, got {edge}"):
        tracker.split_nodes(array([4, edge]))
    assert tracker.next_node == 0


@pytest.mark.parametrize(
    ("sources", "targets", "message"),
    [
        ([0, 1], [2], r"targets must have shape \(2,\) to match sources, got \(1,\)"),
        ([-1], [2], "sources must be from 0 to 2147483647, got -1"),
        ([0], [MAX_ID + 1], "targets must be from 0 to 2147483647, got 2147483648"),
        ([0.5], [2], "sources must be a 1-D array of whole numbers"),
        ([[0]], [[2]], "sources must be a 1-D array of whole numbers"),
    ],
)
def test_ends_that_cannot_be_node_ids_are_refused(
    sources: object, targets: object, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        InnovationTracker().edge_ids(np.array(sources), np.array(targets))


def test_nothing_asked_is_nothing_given() -> None:
    tracker = InnovationTracker()
    assert ids_of(tracker, []) == []
    assert tracker.split_nodes(array([])).tolist() == []
    tracker.learn(Genes.empty())
    assert (tracker.next_node, tracker.next_innovation) == (0, 0)


def test_the_last_id_can_be_given_and_the_next_one_is_refused() -> None:
    tracker = InnovationTracker(next_node=MAX_ID)
    ids_of(tracker, [(0, 1), (0, 2)])
    assert tracker.split_nodes(array([1])).tolist() == [MAX_ID]
    twin = InnovationTracker.from_arrays(tracker.to_arrays())
    for full in (tracker, twin):
        with pytest.raises(ValueError, match="node ids must be at most 2147483647, got 2147483648"):
            full.split_nodes(array([0]))
        assert full.split_node_of_edge.tolist() == [-1, MAX_ID]


def test_proposals_are_refused_when_numbers_or_ids_run_out() -> None:
    tracker = InnovationTracker(next_node=MAX_ID)
    known = Population.first(1, 2, 1).genes
    ids_of(tracker, [(0, 2), (1, 2)])
    with pytest.raises(ValueError, match="node ids must be at most 2147483647, got 2147483648"):
        numbered(tracker, edge_arrays(known), *proposals((0, -1, -1), (1, -1, -1)))
    assert tracker.next_node == MAX_ID
    assert numbered(tracker, edge_arrays(known), *proposals((1, -1, -1)))[0, 0] == MAX_ID


def test_connections_are_refused_when_numbers_run_out_and_known_ones_are_not() -> None:
    tracker = InnovationTracker()
    ids_of(tracker, [(0, 1)])
    tracker._count[1] = MAX_ID  # as after 2**31 connections, which no test can make
    assert ids_of(tracker, [(0, 1), (0, 2), (0, 1), (0, 2)]) == [0, MAX_ID, 0, MAX_ID]
    with pytest.raises(ValueError, match="innovation numbers must be at most 2147483647, got"):
        ids_of(tracker, [(0, 1), (0, 3)])
    assert ids_of(tracker, [(0, 2), (0, 1)]) == [MAX_ID, 0]
    with pytest.raises(ValueError, match="innovation numbers must be at most 2147483647, got"):
        numbered(tracker, edge_arrays(Genes.empty()), *proposals((-1, 0, 3)))


def damaged(**changes: list[int]) -> dict[str, IntArray]:
    tracker = InnovationTracker(next_node=4)
    ids_of(tracker, [(0, 2), (1, 2)])
    tracker.split_nodes(array([0, 1]))
    return tracker.to_arrays() | {name: array(values) for name, values in changes.items()}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"next": [1]}, r"next must have shape \(2,\), got \(1,\)"),
        ({"next": [-1, 2]}, "next_node must be"),
        ({"edge_source": [0]}, "edge_target must have shape"),
        ({"edge_source": [0, 0], "edge_target": [2, 2]}, "edge_source with edge_target must be"),
        ({"edge_innovation": [1, 1]}, "edge_innovation must be unique numbers below 2"),
        ({"edge_innovation": [0, 2]}, "edge_innovation must be unique numbers below 2"),
        ({"split_edge": [0, 0]}, "split_edge must be unique numbers below 2"),
        ({"split_edge": [0, 5]}, "split_edge must be unique numbers below 2"),
        ({"split_node": [4, 4]}, "split_node must be unique numbers below 6"),
        ({"split_node": [4, 6]}, "split_node must be unique numbers below 6"),
        ({"split_node": [4, -6]}, "split_node must be from 0"),
    ],
)
def test_damaged_arrays_are_refused(changes: dict[str, list[int]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        InnovationTracker.from_arrays(damaged(**changes))


def test_a_missing_array_is_named() -> None:
    arrays = damaged()
    del arrays["split_node"]
    with pytest.raises(ValueError, match="innovation state must hold 'split_node', got"):
        InnovationTracker.from_arrays(arrays)
