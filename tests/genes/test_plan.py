"""A mating plan is checked when it is made and again when it is used."""

import numpy as np
import pytest

from spiral_monolith_neat_numpy.arrays import AnyArray
from spiral_monolith_neat_numpy.genes.plan import MatingPlan


def make_plan(mother: list[int], father: list[int], elite: list[bool]) -> MatingPlan:
    return MatingPlan(np.array(mother), np.array(father), np.array(elite))


def test_columns_become_contiguous_arrays_of_their_types() -> None:
    mother: AnyArray = np.arange(6, dtype=np.int32)[::2]
    father: AnyArray = np.full(3, -1, dtype=np.int16)
    plan = MatingPlan(mother, father, np.array([False, True, False]))
    assert [a.dtype for a in (plan.mother, plan.father, plan.elite)] == [np.int64, np.int64, bool]
    assert plan.mother.flags.c_contiguous
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
