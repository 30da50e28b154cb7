"""Parents are drawn from the survivors, champions come first, nobody mates with itself."""

import math
from dataclasses import astuple
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests import reference
from tests.kernels.packing import SEED, part_of
from tests.reference import Draws, Mating, Row

from spiral_monolith_neat_numpy.kernels import mate
from spiral_monolith_neat_numpy.kernels.mate import (
    Keys,
    Plan,
    Survivors,
    choose_parents,
    find_stray,
    rank_survivors,
)
from spiral_monolith_neat_numpy.seeding import Purpose, stream_key

MEMBERS = [[0, 3, 5], [1], [2, 4, 6, 7, 8, 9]]
SCORES = [2.0, 9.0, math.nan, 2.0, 5.0, 7.0, 5.0, -math.inf, 0.0, 1.0]


def run_rank(
    members: list[list[int]], scores: list[float], offspring: list[int], fraction: float
) -> tuple[Survivors, int]:
    """Return the survivors and the number of children."""
    s = len(members)
    offset = np.cumsum([0] + [len(own) for own in members], dtype=np.int64)
    survivors = Survivors(offset, np.full(offset[-1], -9), np.full(s, -9), np.full(s + 1, -9))
    flat = np.array([i for own in members for i in own], dtype=np.int64)
    children = np.array(offspring, dtype=np.int64)
    found = rank_survivors(offset, flat, np.array(scores), children, fraction, survivors)
    return survivors, found


def run(
    members: list[list[int]], scores: list[float], offspring: list[int], mating: Mating
) -> tuple[list[Row], list[Row]]:
    """Return what the kernel plans and what its twin does."""
    n = sum(offspring)
    mother, father, plus, minus = (np.full(n, -9) for _ in range(4))
    elite, average = (np.ones(n, np.bool_) for _ in range(2))
    plan = Plan(mother, father, elite, average, plus, minus)
    survivors = run_rank(members, scores, offspring, mating.survival_fraction)[0]
    rules = mate.Mating(*astuple(mating)[1:])
    keys = Keys(np.uint64(SEED), int(Purpose.PARENTS), 3)
    for first, last in ((n // 3, n), (0, n // 3)):
        choose_parents(part_of(first, last), survivors, rules, keys, plan)
    draws = [Draws(*stream_key(SEED, Purpose.PARENTS, 3, child)) for child in range(n)]
    found = list(zip(*(column.tolist() for column in plan), strict=True))
    return found, reference.choose_parents(members, scores, offspring, mating, draws)


@pytest.mark.parametrize("tournament", [1, 3])
@pytest.mark.parametrize("variants", [(0.0, 0.0), (0.3, 0.4), (0.0, 1.0), (1.0, 0.0)])
@pytest.mark.parametrize("p_interspecies", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("p_crossover", [0.0, 0.6, 1.0])
def test_parents_equal_those_of_the_twin(
    p_crossover: float, p_interspecies: float, variants: tuple[float, float], tournament: int
) -> None:
    mating = Mating(0.5, tournament, 2, p_crossover, p_interspecies, *variants)
    found, wanted = run(MEMBERS, SCORES, [9, 0, 20], mating)
    assert found == wanted


@given(st.floats(0.0, 1.0, exclude_min=True), st.integers(0, 7), st.integers(0, 15))
def test_parents_equal_those_of_the_twin_however_many_survive(
    fraction: float, elitism: int, n: int
) -> None:
    found, wanted = run(
        MEMBERS, SCORES, [n, 2, 3], Mating(fraction, 1, elitism, 0.7, 0.2, 0.3, 0.3)
    )
    assert found == wanted


def test_one_species_has_no_other_to_mate_with() -> None:
    found, wanted = run([[0, 1]], [1.0, 2.0], [9], Mating(1.0, 1, 5, 1.0, 1.0))
    assert found == wanted
    assert {parent for row in found for parent in row[:2]} == {-1, 0, 1}


def test_the_champion_is_copied_and_a_lone_survivor_is_cloned() -> None:
    found, _ = run([[0, 1]], [1.0, 2.0], [3], Mating(0.5, 1, 1, 1.0, 0.0, 0.5, 0.5))
    assert found == [(1, -1, True, False, -1, -1)] + [(1, -1, False, False, -1, -1)] * 2


def test_no_offspring_is_an_empty_plan() -> None:
    assert run([[0], [1]], [1.0, 1.0], [0, 0], Mating()) == ([], [])


def test_every_survivor_is_equally_likely() -> None:
    found, _ = run([[0, 1, 2, 3]], [9.0, 9.0, 9.0, 0.0], [900], Mating(0.75, 1, 5, 0.0))
    counts = np.bincount([row[0] for row in found], minlength=4)
    assert counts[3] == 0
    assert (abs(counts[:3] - 300) < 5 * np.sqrt(200)).all()  # 5 standard deviations


def test_means_and_differences_are_drawn_after_the_parents() -> None:
    plain, _ = run(MEMBERS, SCORES, [40, 3, 40], Mating(1.0, 1, 9, 0.8, 0.1))
    varied, _ = run(MEMBERS, SCORES, [40, 3, 40], Mating(1.0, 1, 9, 0.8, 0.1, 0.5, 0.5))
    assert [row[:3] for row in plain] == [row[:3] for row in varied]
    assert {row[3:] for row in plain} == {(False, -1, -1)}
    for _, father, _, average, plus, minus in varied:
        assert (father >= 0) == (average or plus >= 0)
        assert not (average and plus >= 0)
        assert (plus == -1) == (minus == -1)
        assert plus == -1 or plus != minus
    own = [set(members) for members in MEMBERS]
    labels = [0] * 40 + [1] * 3 + [2] * 40
    for label, row in zip(labels, varied, strict=True):
        assert set(row[4:]) <= own[label] | {-1}


def test_without_a_second_survivor_there_is_no_difference() -> None:
    found, _ = run([[0], [1]], [1.0, 2.0], [20, 20], Mating(1.0, 1, 5, 1.0, 1.0, 0.0, 1.0))
    assert {row[:2] for row in found} == {(0, 1), (1, 0)}
    assert {row[3:] for row in found} == {(False, -1, -1)}


@pytest.mark.parametrize(("fraction", "counts"), [(0.01, [1, 1, 1]), (0.1, [1, 1, 3])])
def test_as_many_survive_as_the_share_says(fraction: float, counts: list[int]) -> None:
    sizes = [1, 10, 30]  # 0.1 * 30 is a little more than 3
    offset = np.cumsum([0, *sizes]).tolist()
    members = [list(range(*span)) for span in pairwise(offset)]
    scores = np.mod(np.arange(offset[-1]), 7.0).tolist()
    survivors, _ = run_rank(members, scores, [0, 0, 0], fraction)
    assert survivors.n.tolist() == counts
    for own, first, n in zip(members, offset, counts, strict=False):
        wanted = reference.survivors(own, scores, fraction)
        assert survivors.ranked[first : first + n].tolist() == wanted


def test_children_are_counted_and_a_negative_number_is_found() -> None:
    survivors, n = run_rank(MEMBERS, SCORES, [2, 0, 3], 0.5)
    assert (survivors.first_child.tolist(), n) == ([0, 2, 2, 5], 5)
    assert run_rank([], [], [], 0.5)[1] == 0
    assert run_rank(MEMBERS, SCORES, [2, -4, -1], 0.5)[1] == -4


PLACES = st.lists(st.tuples(*[st.integers(-2, 4)] * 4), max_size=6)


@given(PLACES)
def test_the_first_row_with_a_parent_that_is_not_there_is_found(
    rows: list[tuple[int, ...]],
) -> None:
    columns = np.array(rows, dtype=np.int64).reshape(-1, 4).T.copy()
    strays = [not (0 <= m < 4 and all(-1 <= x < 4 for x in others)) for m, *others in rows]
    wanted = strays.index(True) if any(strays) else -1
    assert find_stray(columns[0], columns[1], columns[2], columns[3], 4) == wanted


def test_strays_by_hand() -> None:
    mother, father = np.array([0, 2, 1]), np.array([-1, 1, 2])
    none = np.full(3, -1)
    assert find_stray(mother, father, none, none, 3) == -1
    assert find_stray(mother, father, none, none, 2) == 1
    assert find_stray(mother, father, none, np.array([-1, -1, -2]), 3) == 2


def test_a_large_tournament_is_won_by_the_fittest() -> None:
    found, _ = run([[0, 1, 2, 3]], [1.0, 9.0, 3.0, 4.0], [30], Mating(1.0, 1000, 9, 0.0))
    assert {row[0] for row in found} == {1}
