"""A mating plan is checked when it is made and again when it is used."""

import numpy as np
import pytest

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.kernels.mate import Plan


def make_plan(mother: list[int], father: list[int], elite: list[bool]) -> MatingPlan:
    return MatingPlan(np.array(mother), np.array(father), np.array(elite))


def test_columns_become_contiguous_arrays_of_their_types() -> None:
    mother: AnyArray = np.arange(6, dtype=np.int32)[::2]
    father: AnyArray = np.full(3, -1, dtype=np.int16)
    plan = MatingPlan(mother, father, np.array([False, True, False]))
    assert [a.dtype for a in (plan.mother, plan.father, plan.elite)] == [np.int64, np.int64, bool]
    assert plan.mother.flags.c_contiguous
    others = (plan.average, plan.plus, plan.minus)
    assert [a.dtype for a in others] == [bool, np.int64, np.int64]
    assert plan.average.tolist() == [False] * 3
    assert plan.plus.tolist() == plan.minus.tolist() == [-1] * 3
    assert len(plan) == 3
    assert plan.n_births == 2


def test_columns_of_different_lengths_are_refused() -> None:
    with pytest.raises(ValueError, match=r"father must have shape \(2,\) to match mother"):
        make_plan([0, 1], [0], [False, False])
    with pytest.raises(ValueError, match="elite must have shape"):
        make_plan([0, 1], [0, -1], [False])


def test_an_elite_has_no_father() -> None:
    with pytest.raises(ValueError, match="elite must be True only where father is -1"):
        make_plan([0], [1], [True])


def test_parents_must_be_there() -> None:
    make_plan([0, 2], [-1, 1], [True, False]).check_places(3)
    make_plan([], [], []).check_places(0)
    with pytest.raises(ValueError, match="mother must be from 0 to 1, got 2"):
        make_plan([0, 2], [-1, 1], [True, False]).check_places(2)
    with pytest.raises(ValueError, match="mother must be from 0 to 1, got -1"):
        make_plan([-1], [-1], [False]).check_places(2)
    with pytest.raises(ValueError, match="father must be from -1 to 1, got -2"):
        make_plan([0], [-2], [False]).check_places(2)
    pair = np.array([0, 0]), np.array([1, 1]), np.array([False, False])
    flags = np.array([False, False])
    MatingPlan(*pair, flags, np.array([-1, 2]), np.array([-1, 0])).check_places(3)
    with pytest.raises(ValueError, match="plus must be from -1 to 2, got 3 in row 1"):
        MatingPlan(*pair, flags, np.array([-1, 3]), np.array([-1, 0])).check_places(3)
    with pytest.raises(ValueError, match="minus must be from -1 to 2, got 3 in row 0"):
        MatingPlan(*pair, flags, np.array([0, -1]), np.array([3, -1])).check_places(3)


@pytest.mark.parametrize(
    ("father", "average", "plus", "minus", "message"),
    [
        (-1, True, -1, -1, "average must be True only where there is a father, .* in row 1"),
        (-1, False, 0, 1, "plus must be -1 where father is -1, .* in row 1"),
        (1, True, 0, 1, "plus must be -1 where average is True"),
        (1, False, 0, -1, "minus must be -1 where plus is, and only there"),
        (1, False, -1, 0, "minus must be -1 where plus is, and only there"),
    ],
)
def test_means_and_differences_that_do_not_fit_are_refused(
    father: int, average: bool, plus: int, minus: int, message: str
) -> None:
    numbers = (np.array([-1, value]) for value in (plus, minus))
    with pytest.raises(ValueError, match=message):
        MatingPlan(
            np.array([0, 0]),
            np.array([1, father]),
            np.array([False, False]),
            np.array([False, average]),
            *numbers,
        )


def test_columns_of_means_and_differences_have_the_length_of_the_others() -> None:
    columns = np.array([0]), np.array([1]), np.array([False])
    with pytest.raises(ValueError, match=r"average must have shape \(1,\) to match mother"):
        MatingPlan(*columns, np.array([False, True]))
    with pytest.raises(ValueError, match=r"minus must have shape \(1,\) to match mother"):
        MatingPlan(*columns, np.array([False]), np.array([0]), np.array([], dtype=np.int64))


def test_a_trusted_plan_holds_the_columns_it_is_given() -> None:
    numbers, flags = [np.array([k]) for k in range(4)], [np.array([False]) for _ in range(2)]
    columns = Plan(numbers[0], numbers[1], flags[0], flags[1], numbers[2], numbers[3])
    plan = MatingPlan.trusted(columns)
    assert all(getattr(plan, name) is getattr(columns, name) for name in Plan._fields)
