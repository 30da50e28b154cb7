"""Pairs of nodes and split edges have one number each, given in the order of first appearance."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.breeding_reference import PlainTracker, Proposal
from tests.kernels.packing import as_row, empty_table, pack, random_genome
from tests.reference import PlainGenome

from spiral_monolith_neat_numpy import seeding
from spiral_monolith_neat_numpy.arrays import IntArray
from spiral_monolith_neat_numpy.kernels.layout import Genomes
from spiral_monolith_neat_numpy.kernels.numbering import (
    FREE,
    N_PAIRS,
    NEXT_INNOVATION,
    NEXT_NODE,
    PairTable,
    enter,
    look_up,
    number_pairs,
    number_proposals,
    pair_key,
    place_of,
    sum_sizes,
)
from spiral_monolith_neat_numpy.kernels.structure import N_COLUMNS, N_EDGES, N_NODES

LARGEST = 2**31 - 1
CAPACITY = 64
ids = st.integers(0, LARGEST) | st.integers(0, 6)
pairs = st.tuples(ids, ids)


def array(values: list[int]) -> IntArray:
    return np.array(values, dtype=np.int64)


def found_in(table: PairTable, keys: list[int]) -> list[int]:
    numbers = np.full(len(keys), -9)
    look_up(table, array(keys), numbers)
    return [int(number) for number in numbers]


def entries(table: PairTable) -> dict[int, int]:
    taken = table.key != FREE
    return dict(zip(table.key[taken].tolist(), table.number[taken].tolist(), strict=True))


def colliding(n: int, home: int, capacity: int) -> list[int]:
    """Return keys that all belong into one place of a table."""
    keys = (key for key in range(10**6) if seeding.mix64(key) % capacity == home)
    return [next(keys) for _ in range(n)]


@given(pairs, pairs)
def test_a_key_stands_for_one_pair(one: tuple[int, int], other: tuple[int, int]) -> None:
    assert divmod(int(pair_key(*one)), 2**31) == one
    assert (pair_key(*one) == pair_key(*other)) == (one == other)


@given(st.dictionaries(st.integers(0, 2**62 - 1), st.integers(0, LARGEST), max_size=CAPACITY // 2))
def test_what_was_entered_is_found_and_nothing_else(wanted: dict[int, int]) -> None:
    table = empty_table(CAPACITY)
    first = len(wanted) // 2
    keys, numbers = list(wanted), list(wanted.values())
    for part in (slice(first), slice(first, None)):
        enter(array(keys[part]), array(numbers[part]), table)
    assert entries(table) == wanted
    asked = [*keys, *(key + 1 for key in keys)]
    assert found_in(table, asked) == [wanted.get(key, -1) for key in asked]


@pytest.mark.parametrize("home", [0, 9, 15])
def test_keys_that_collide_stand_one_after_the_other_and_round_the_end(home: int) -> None:
    keys = colliding(7, home, 16)
    table = empty_table(16)
    enter(array(keys), np.arange(7), table)
    assert [table.key[(home + k) % 16] for k in range(7)] == keys
    assert [place_of(table.key, key) for key in keys] == [(home + k) % 16 for k in range(7)]
    assert found_in(table, keys) == list(range(7))
    [stranger] = colliding(8, home, 16)[7:]
    assert place_of(table.key, stranger) == (home + 7) % 16
    assert found_in(table, [stranger]) == [-1]


def test_nothing_is_found_in_a_table_of_nothing() -> None:
    assert found_in(empty_table(2), [0, 5]) == [-1, -1]
    assert found_in(empty_table(), []) == []


@given(st.lists(st.lists(pairs, max_size=10), max_size=3))
def test_numbers_of_pairs_equal_those_of_the_twin(requests: list[list[tuple[int, int]]]) -> None:
    table, count, twin = empty_table(CAPACITY), array([7, 3, 0]), PlainTracker(7, 3)
    for wanted in requests:
        out = np.full(len(wanted), -9)
        number_pairs(
            array([a for a, _ in wanted]), array([b for _, b in wanted]), table, count, out
        )
        assert out.tolist() == [twin.edge_id(pair) for pair in wanted]
    assert count.tolist() == [7, twin.next_innovation, len(twin.edges)]
    assert entries(table) == {pair_key(*pair): number for pair, number in twin.edges.items()}


def run_number(
    genomes: list[PlainGenome], wanted: list[Proposal], known: PlainTracker
) -> tuple[IntArray, IntArray, IntArray, PairTable]:
    """Return the numbers, what follows for splits and counts, and the table."""
    packed = Genomes(*pack(genomes))
    proposal = np.full((len(genomes), N_COLUMNS), -1)
    for k, one in enumerate(wanted):
        proposal[k, :N_NODES] = as_row(packed, k, one)
    table = empty_table(1024)
    keys = [pair_key(*pair) for pair in known.edges]
    enter(array(keys), array(list(known.edges.values())), table)
    split = np.full(known.next_innovation, -1)
    for edge, node in known.splits.items():
        split[edge] = node
    count = array([known.next_node, known.next_innovation, len(known.edges)])
    changed = np.flatnonzero((proposal[:, :N_NODES] >= 0).any(axis=1))
    out = np.full((len(genomes), 4), -1)
    number_proposals(packed.edges, changed, proposal, table, split, count, out)
    return out, split, count, table


def drawn_proposal(rng: np.random.Generator, genome: PlainGenome) -> Proposal:
    def maybe(options: list[Any]) -> Any:
        return options[rng.integers(len(options))] if options and rng.random() < 0.6 else None

    nodes = sorted(genome.nodes)
    pairs_not_there = sorted({(a, b) for a in nodes for b in nodes} - genome.pairs())
    return Proposal(
        split=maybe(sorted(genome.edges)),
        pair=maybe(pairs_not_there[:6]),  # few, so that some are proposed twice
        drop_edge=maybe(sorted(genome.edges)),
        toggle=maybe(sorted(genome.edges)),
    )


@pytest.mark.parametrize("n", [0, 1, 30])
def test_numbers_of_proposals_equal_those_of_the_twin(n: int) -> None:
    rng = np.random.default_rng(n)
    genomes = [random_genome(rng) for _ in range(n)]
    if n > 2:
        genomes[1], genomes[2].edges = PlainGenome({}, {}), {}
    twin = PlainTracker()
    for genome in genomes:
        twin.learn(genome)
    for edge in sorted(twin.edges.values())[::3]:
        twin.split_node(edge)
    wanted = [drawn_proposal(rng, genome) for genome in genomes]
    found, split, count, table = run_number(genomes, wanted, twin)
    assert [tuple(row) for row in found.tolist()] == twin.number_proposals(genomes, wanted)
    assert count[[NEXT_NODE, NEXT_INNOVATION]].tolist() == [twin.next_node, twin.next_innovation]
    assert count[N_PAIRS] == len(twin.edges)
    assert {int(edge): int(split[edge]) for edge in np.flatnonzero(split >= 0)} == twin.splits
    assert entries(table) == {pair_key(*pair): number for pair, number in twin.edges.items()}


def test_all_new_nodes_come_first_then_edges_in_then_edges_out_then_connections() -> None:
    nodes = {0: [0, 0, 0.0], 1: [0, 0, 0.0], 2: [2, 0, 0.0]}
    genome = PlainGenome(nodes, {0: [0, 2, 1.0, True], 1: [1, 2, 1.0, True]})
    twin = PlainTracker()
    twin.learn(genome)
    wanted = [
        Proposal(pair=(2, 2)),
        Proposal(split=1, pair=(2, 2)),
        Proposal(),
        Proposal(split=0, pair=(0, 4)),  # what is then the edge into the node that splits 0
        Proposal(split=1, pair=(2, 1)),
    ]
    found, split, count, _ = run_number([genome] * 5, wanted, twin)
    assert found.tolist() == [
        [-1, -1, -1, 6],
        [3, 2, 4, 6],
        [-1, -1, -1, -1],
        [4, 3, 5, 3],
        [3, 2, 4, 7],
    ]
    assert split.tolist() == [4, 3]
    assert count.tolist() == [5, 8, 8]


@pytest.mark.parametrize("n", [0, 1, 9])
def test_offsets_are_the_running_sums_of_the_sizes(n: int) -> None:
    proposal = np.random.default_rng(n).integers(0, 9, (n, N_COLUMNS))
    node_offset, edge_offset = np.full(n + 1, -9), np.full(n + 1, -9)
    sum_sizes(proposal, node_offset, edge_offset)
    assert node_offset.tolist() == [0, *np.cumsum(proposal[:, N_NODES])]
    assert edge_offset.tolist() == [0, *np.cumsum(proposal[:, N_EDGES])]
