"""Parents are drawn from the survivors, champions come first, nobody mates with itself."""

import numpy as np
import pytest
from tests import reference
from tests.kernels.packing import both_streams

from spiral_monolith_neat_numpy.kernels.mate import choose_parents

Plan = list[tuple[int, int, bool]]


def run(
    ranked: list[list[int]],
    survivors: list[int],
    offspring: list[int],
    champion: list[bool],
    p_crossover: float,
    p_interspecies: float,
) -> tuple[Plan, Plan]:
    """Return what the kernel plans and what its twin does."""
    n = sum(offspring)
    streams, draws = both_streams(n)
    mother, father = np.full(n, -9), np.full(n, -9)
    elite = np.zeros(n, dtype=np.bool_)
    choose_parents(
        np.cumsum([0] + [len(members) for members in ranked], dtype=np.int64),
        np.array([i for members in ranked for i in members], dtype=np.int64),
        np.array(survivors, dtype=np.int64),
        np.array(offspring, dtype=np.int64),
        np.array(champion, dtype=np.bool_),
        p_crossover,
        p_interspecies,
        streams,
        mother,
        father,
        elite,
    )
    found = list(zip(mother.tolist(), father.tolist(), elite.tolist(), strict=True))
    wanted = reference.choose_parents(
        ranked, survivors, offspring, champion, p_crossover, p_interspecies, draws
    )
    return found, wanted


@pytest.mark.parametrize("p_interspecies", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("p_crossover", [0.0, 0.6, 1.0])
def test_parents_equal_those_of_the_twin(p_crossover: float, p_interspecies: float) -> None:
    ranked = [[5, 0, 3], [1], [9, 8, 7, 6, 4, 2]]
    found, wanted = run(
        ranked, [2, 1, 3], [7, 0, 8], [True, True, False], p_crossover, p_interspecies
    )
    assert found == wanted


def test_one_species_has_no_other_to_mate_with() -> None:
    found, wanted = run([[1, 0]], [2], [9], [False], 1.0, 1.0)
    assert found == wanted
    assert {parent for row in found for parent in row[:2]} == {-1, 0, 1}


def test_the_champion_is_copied_and_a_lone_survivor_is_cloned() -> None:
    found, _ = run([[4, 2]], [1], [3], [True], 1.0, 0.0)
    assert found == [(4, -1, True), (4, -1, False), (4, -1, False)]


def test_no_offspring_is_an_empty_plan() -> None:
    assert run([[0], [1]], [1, 1], [0, 0], [True, True], 0.5, 0.5) == ([], [])


def test_every_survivor_is_equally_likely() -> None:
    found, _ = run([[0, 1, 2, 3]], [3], [900], [False], 0.0, 0.0)
    counts = np.bincount([mother for mother, _, _ in found], minlength=4)
    assert counts[3] == 0
    assert (abs(counts[:3] - 300) < 5 * np.sqrt(200)).all()  # 5 standard deviations
