"""Sexes: who can have a child with whom, and how many are born."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.species.sexes import alone, draw_sexes, paired

HERMAPHRODITE, FEMALE, MALE = range(3)


def plan_of(mother: list[int], father: list[int]) -> MatingPlan:
    m, f = np.array(mother), np.array(father)
    return MatingPlan(m, f, np.zeros(m.size, dtype=np.bool_), average=f >= 0)


def test_couples_by_hand() -> None:
    sex = np.array([HERMAPHRODITE, FEMALE, MALE], dtype=np.int8)
    couples = [(0, 1), (1, 0), (0, 2), (2, 0), (1, 2), (2, 1), (2, -1), (0, 0)]
    plan = plan_of([m for m, _ in couples], [f for _, f in couples])
    found = paired(plan, sex)
    wanted = [(1, 0), (1, 0), (0, 2), (0, 2), (1, 2), (1, 2), (2, -1), (0, 0)]
    assert list(zip(found.mother.tolist(), found.father.tolist(), strict=True)) == wanted


def test_two_of_one_sex_have_no_child_together() -> None:
    sex = np.array([FEMALE, FEMALE, MALE, MALE], dtype=np.int8)
    found = paired(plan_of([0, 2], [1, 3]), sex)
    assert found.father.tolist() == [-1, -1]
    assert found.average.tolist() == [False, False]
    assert set(found.mother.tolist()) <= {0, 1, 2, 3}


@given(
    couples=st.lists(st.tuples(st.integers(0, 9), st.integers(-1, 9)), min_size=1, max_size=40),
    sexes=st.lists(st.integers(0, 2), min_size=10, max_size=10),
)
def test_every_couple_that_is_left_fits(couples: list[tuple[int, int]], sexes: list[int]) -> None:
    sex = np.array(sexes, dtype=np.int8)
    plan = plan_of([m for m, _ in couples], [f for _, f in couples])
    found = paired(plan, sex)
    both = found.father >= 0
    assert (sex[found.mother[both]] != MALE).all()
    assert (sex[found.father[both]] != FEMALE).all()
    for (mother, father), new in zip(couples, found.mother.tolist(), strict=True):
        assert new in (mother, father)
    all_hermaphrodites = paired(plan, np.zeros(10, dtype=np.int8))
    assert all_hermaphrodites.mother.tolist() == plan.mother.tolist()
    assert all_hermaphrodites.father.tolist() == plan.father.tolist()


def test_children_alone_take_nothing_from_others() -> None:
    plan = MatingPlan(
        np.array([0, 1]),
        np.array([1, 0]),
        np.zeros(2, dtype=np.bool_),
        plus=np.array([2, -1]),
        minus=np.array([3, -1]),
    )
    found = alone(plan, np.array([True, False]))
    assert (found.father.tolist(), found.plus.tolist(), found.minus.tolist()) == (
        [-1, 0],
        [-1, -1],
        [-1, -1],
    )


def test_the_share_of_sexes_and_their_balance() -> None:
    sexes = draw_sexes(100_000, 0.6, seed=1, generation=2)
    shares = np.bincount(sexes, minlength=3) / sexes.size
    assert np.abs(shares - [0.4, 0.3, 0.3]).max() < 0.01
    assert (sexes == draw_sexes(100_000, 0.6, seed=1, generation=2)).all()
    assert not draw_sexes(50, 0.0, 1, 2).any()
