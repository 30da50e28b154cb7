"""A population in shared memory: the same genomes there, and what is done to them comes home."""

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.evaluation.board import NOBODY, NOT_DONE, Board, Desk, read_fitness
from spiral_monolith_neat_numpy.evaluation.segments import attach
from spiral_monolith_neat_numpy.genes.population import Population


@pytest.fixture
def board() -> Iterator[Board]:
    made = Board()
    yield made
    made.close()


def population(n: int = 7) -> Population:
    return Population.first(n, 3, 2, seed=n)


def changed(genomes: Population) -> None:
    genomes.genes.edge_weight[:] += 1.0
    genomes.genes.node_bias[:] = -0.0
    genomes.genes.node_activation[:] = 3
    genomes.genes.edge_enabled[:] = False
    genomes.table.hybrid_scale[:] = 7.0
    genomes.table.sex[:] = 1


def test_a_worker_sees_the_genomes_and_the_fitness(board: Board) -> None:
    genomes = population()
    place, desk = board.lay_out(genomes, b"a fitness", 4)
    there = Desk(place)
    assert there.population.genes == genomes.genes
    assert there.population.table == genomes.table
    np.testing.assert_array_equal(there.population.node_offset, genomes.node_offset)
    np.testing.assert_array_equal(there.population.edge_offset, genomes.edge_offset)
    assert there.population.feed_forward is genomes.feed_forward
    assert read_fitness(place) == b"a fitness"
    assert desk.limit[0] == 7
    assert (there.state == NOT_DONE).all()
    assert (there.current == NOBODY).all()
    assert (there.state.size, there.scores.size, there.began.size) == (7, 7, 4)


def test_what_workers_do_stays_there_until_it_is_taken_home(board: Board) -> None:
    genomes, before, wanted = population(), population(), population()
    changed(wanted)
    place, desk = board.lay_out(genomes, b"", 1)
    changed(Desk(place).population)
    assert (genomes.genes, genomes.table) == (before.genes, before.table)
    board.take_home(desk)
    assert (genomes.genes, genomes.table) == (wanted.genes, wanted.table)
    assert np.signbit(genomes.genes.node_bias).all()


def test_a_genome_left_half_done_is_restored_and_no_other(board: Board) -> None:
    genomes, wanted = population(), population()
    changed(wanted)
    place, desk = board.lay_out(genomes, b"", 1)
    changed(Desk(place).population)
    board.restore(desk, 2)
    board.take_home(desk)
    for index in range(7):
        expected = population() if index == 2 else wanted
        assert genomes[index].genes == expected[index].genes
        assert genomes[index].sex == expected[index].sex


@given(
    st.lists(
        st.tuples(st.integers(1, 60), st.integers(0, 3000), st.integers(1, 9)),
        min_size=1,
        max_size=6,
    )
)
def test_generations_of_any_size_follow_one_another(sizes: list[tuple[int, int, int]]) -> None:
    board = Board()
    try:
        for n, n_bytes, n_slots in sizes:
            genomes = population(n)
            place, desk = board.lay_out(genomes, b"x" * n_bytes, n_slots)
            there = Desk(place).population
            assert there.genes == genomes.genes
            assert there.table == genomes.table
            there.genes.edge_weight[:] = n
            board.take_home(desk)
            assert (genomes.genes.edge_weight == n).all()
    finally:
        board.close()


def test_segments_are_kept_while_they_are_large_enough_and_end_with_the_board() -> None:
    board = Board()
    names = set()
    for n in (50, 49, 3, 50):
        place, _ = board.lay_out(population(n), b"", 2)
        names.add((place.read, place.written))
    assert len(names) == 1
    larger, _ = board.lay_out(population(500), b"", 2)
    ((read, written),) = names
    board.close()
    for name in (read, written, larger.read, larger.written, larger.fitness):
        with pytest.raises(FileNotFoundError):
            attach(name, 1, readonly=True, what="it")
