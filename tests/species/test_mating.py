"""The plan: survivors alone beget, champions stay, every child from its own stream."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.species.test_sharing import make_species

from spiral_monolith_neat_numpy.genes.plan import MatingPlan
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.species.mating import plan_mating

FITNESS = [3.0, 9.0, 1.0, 7.0, 5.0, math.nan, 2.0, 2.0]
SIZES = [6, 2]


def plan(offspring: list[int], seed: int = 0, generation: int = 0, **changes: object) -> MatingPlan:
    settings = Settings().with_changes(**changes)
    species = make_species(SIZES)
    return plan_mating(species, np.array(offspring), np.array(FITNESS), settings, seed, generation)


def test_the_champion_of_a_large_species_comes_first_and_unchanged() -> None:
    found = plan([4, 3])
    assert found.elite.tolist() == [True] + [False] * 6
    assert (found.mother[0], found.father[0]) == (1, -1)
    assert not plan([4, 3], elitism_min_size=6).elite.any()
    assert plan([4, 3], elitism_min_size=0).elite.tolist() == [True] + [False] * 3 + [
        True,
        False,
        False,
    ]


@pytest.mark.parametrize(
    ("share", "survivors"),
    [(0.01, {1}), (0.2, {1, 3}), (0.5, {1, 3, 4}), (1.0, {0, 1, 2, 3, 4, 5})],
)
def test_parents_are_the_best_share_of_their_species(share: float, survivors: set[int]) -> None:
    found = plan([300, 0], survival_fraction=share, p_interspecies=0.0)
    assert set(found.mother.tolist()) == survivors
    assert set(found.father[found.father >= 0].tolist()) == (
        survivors if len(survivors) > 1 else set()
    )


def test_of_equal_scores_the_earlier_genome_is_better() -> None:
    assert set(plan([0, 50], survival_fraction=0.5).mother.tolist()) == {6}


def test_a_father_is_never_the_mother_and_comes_from_another_species_as_often_as_asked() -> None:
    found = plan([200, 200], survival_fraction=1.0, p_crossover=1.0, p_interspecies=1.0)
    born = ~found.elite
    assert (found.mother != found.father).all()
    own = np.array([0] * 6 + [1] * 2)
    assert (own[found.mother[born]] != own[found.father[born]]).all()
    alone = plan([200, 200], p_crossover=0.0)
    assert (alone.father == -1).all()


def test_children_of_two_take_means_and_differences_as_often_as_asked() -> None:
    changes = {"survival_fraction": 1.0, "p_crossover": 1.0, "p_interspecies": 0.0}
    plain = plan([400, 400], 0, 0, **changes)
    assert not plain.average.any()
    assert (plain.plus == -1).all()
    assert (plain.minus == -1).all()
    found = plan([400, 400], 0, 0, p_average=0.25, p_differential=0.5, **changes)
    assert found.mother.tolist() == plain.mother.tolist()
    assert found.father.tolist() == plain.father.tolist()
    of_two, is_differential = found.father >= 0, found.plus >= 0
    assert not (found.average | is_differential)[~of_two].any()
    n = of_two.sum()
    assert abs(found.average.sum() - 0.25 * n) < 5 * np.sqrt(n * 0.25 * 0.75)
    assert abs(is_differential.sum() - 0.5 * n) < 5 * np.sqrt(n * 0.25)
    own = np.array([0] * 6 + [1] * 2)
    for column in (found.plus, found.minus):
        assert (own[column] == own[found.mother])[is_differential].all()
    assert (found.plus != found.minus)[is_differential].all()
    found.check_places(8)


def test_each_child_draws_from_a_stream_of_its_own() -> None:
    few, many = plan([10, 0], seed=5), plan([20, 5], seed=5)
    assert many.mother[:10].tolist() == few.mother.tolist()
    assert many.father[:10].tolist() == few.father.tolist()
    other = plan([10, 0], seed=5, generation=1, survival_fraction=1.0)
    assert other.mother.tolist() != plan([10, 0], seed=5, survival_fraction=1.0).mother.tolist()


@given(st.lists(st.integers(0, 9), min_size=2, max_size=2), st.floats(0.01, 1.0))
def test_every_species_gets_the_children_allotted_to_it(offspring: list[int], share: float) -> None:
    found = plan(offspring, survival_fraction=share)
    label = np.array([0] * 6 + [1] * 2)[found.mother]
    assert np.bincount(label, minlength=2).tolist() == offspring


def test_wrong_sizes_are_refused() -> None:
    species, fitness = make_species(SIZES), np.array(FITNESS)
    with pytest.raises(ValueError, match=r"fitnesses must have shape \(8,\)"):
        plan_mating(species, np.array([1, 1]), fitness[:5], Settings(), 0, 0)
    with pytest.raises(ValueError, match=r"offspring must have shape \(2,\) to match species"):
        plan_mating(species, np.array([1]), fitness, Settings(), 0, 0)
    with pytest.raises(ValueError, match="offspring must be >= 0, got -1"):
        plan_mating(species, np.array([2, -1]), fitness, Settings(), 0, 0)
