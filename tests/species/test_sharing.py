"""Offspring are shared out exactly, fairly, and never to species that are barred."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spiral_monolith_neat_numpy.genes.gather import Packed
from spiral_monolith_neat_numpy.settings import Settings
from spiral_monolith_neat_numpy.species.sharing import allot_offspring
from spiral_monolith_neat_numpy.species.speciation import SpeciesSet

SETTINGS = Settings()
SCORES = st.floats() | st.sampled_from([math.nan, math.inf, -math.inf, 0.0])


def make_species(sizes: list[int], last_improved: list[int] | None = None) -> SpeciesSet:
    """Return species of these sizes, their members in order."""
    n = len(sizes)
    improved = np.array([0] * n if last_improved is None else last_improved, dtype=np.int64)
    return SpeciesSet(
        id=np.arange(n),
        created=np.zeros(n, dtype=np.int64),
        last_improved=improved,
        best_fitness=np.zeros(n),
        label=np.repeat(np.arange(n), sizes),
        member_offset=np.cumsum([0, *sizes], dtype=np.int64),
        members=np.arange(sum(sizes)),
        representatives=Packed.empty(),
        next_id=n,
    )


def allot(
    sizes: list[int],
    fitnesses: list[float],
    total: int,
    last_improved: list[int] | None = None,
    generation: int = 0,
    settings: Settings = SETTINGS,
) -> list[int]:
    species = make_species(sizes, last_improved)
    scores = np.array(fitnesses, dtype=np.float64)
    return [int(n) for n in allot_offspring(species, scores, total, settings, generation)]


@given(
    st.lists(st.integers(1, 9), min_size=1, max_size=6),
    st.integers(1, 60),
    st.integers(0, 12),
    st.data(),
)
def test_offspring_sum_to_the_population_size_and_the_barred_get_none(
    sizes: list[int], total: int, elitism: int, data: st.DataObject
) -> None:
    n = sum(sizes)
    fitnesses = data.draw(st.lists(SCORES, min_size=n, max_size=n))
    improved = data.draw(st.lists(st.integers(0, 20), min_size=len(sizes), max_size=len(sizes)))
    settings = Settings(elitism_min_size=elitism)
    found = allot(sizes, fitnesses, total, improved, 20, settings)
    worst_last = [-math.inf if math.isnan(score) else score for score in fitnesses]
    label = np.repeat(np.arange(len(sizes)), sizes)
    best = int(label[int(np.argmax(worst_last))])
    allowed = [k for k in range(len(sizes)) if 20 - improved[k] < 15 or k == best]
    assert sum(found) == total
    assert all(count >= 0 for count in found)
    assert all(found[k] == 0 for k in range(len(sizes)) if k not in allowed)
    assert found[best] >= 1
    champions = [k for k in allowed if sizes[k] > elitism or k == best]
    if len(champions) <= total:
        assert all(found[k] >= 1 for k in champions)


def test_a_species_share_is_the_mean_of_its_members_whatever_its_size() -> None:
    # Means 1, 2 and 3 of six parts; sizes 2, 1 and 4 do not matter.
    assert allot([2, 1, 4], [0, 2, 2, 3, 3, 3, 3], 60) == [10, 20, 30]


def test_remainders_go_to_the_largest_then_to_the_first() -> None:
    assert allot([1, 1, 1], [1.0, 1.0, 1.0], 11) == [4, 4, 3]
    assert allot([1, 1, 1], [1.0, 1.0, 2.0], 10) == [3, 2, 5]
    assert allot([1, 1], [1.0, 2.0], 10) == [3, 7]


def test_negative_scores_are_shifted_until_the_lowest_is_zero() -> None:
    assert allot([1, 1, 1], [-3.0, -2.0, -1.0], 30) == [0, 10, 20]
    assert allot([1, 1], [-1.0, 3.0], 10) == [0, 10]


def test_equal_scores_share_equally() -> None:
    for score in (0.0, -2.0, 5.0, math.nan, -math.inf, math.inf):
        assert allot([3, 1], [score] * 4, 10) == [5, 5]


def test_nan_and_minus_infinity_count_as_the_lowest_score() -> None:
    wanted = allot([2, 2], [1.0, 2.0, 1.0, 4.0], 40)
    assert allot([2, 2], [math.nan, 2.0, 1.0, 4.0], 40) == wanted
    assert allot([2, 2], [-math.inf, 2.0, 1.0, 4.0], 40) == wanted


def test_infinite_score_counts_as_the_highest() -> None:
    assert allot([1, 1, 1], [math.inf, 3.0, 1.0], 7) == [3, 3, 1]
    assert allot([1, 1], [math.inf, math.nan], 4) == [4, 0]


def test_a_stagnant_species_stops_breeding_unless_it_holds_the_best() -> None:
    fitnesses = [5.0, 1.0, 2.0]
    assert allot([1, 1, 1], fitnesses, 9, [0, 0, 6], generation=20) == [6, 0, 3]
    assert allot([1, 1, 1], fitnesses, 8, [6, 5, 6], generation=20) == [6, 0, 2]
    assert allot([1, 1, 1], fitnesses, 9, [0, 0, 0], generation=99) == [9, 0, 0]


def test_a_champion_that_must_survive_gets_a_place_even_at_share_zero() -> None:
    poor, rich = [0.0] * 6, [1.0] * 6
    assert allot([6, 6], poor + rich, 20) == [1, 19]
    assert allot([5, 6], poor[:5] + rich, 20) == [0, 20]


def test_a_small_species_with_the_best_genome_gets_a_place() -> None:
    # The mean of the first is 0.1 of 10.1: its share of 10 rounds to none.
    assert allot([40, 1], [1.0] + [-2.9] * 39 + [0.9], 1) == [1, 0]


def test_too_few_places_go_to_the_best_champions() -> None:
    fitnesses = [1.0] * 6 + [3.0] * 6 + [2.0] * 6
    assert allot([6, 6, 6], fitnesses, 2) == [0, 1, 1]


def test_wrong_sizes_are_refused() -> None:
    with pytest.raises(ValueError, match=r"fitnesses must have shape \(2,\)"):
        allot([1, 1], [1.0], 5)
    with pytest.raises(ValueError, match="population_size must be >= 1, got 0"):
        allot([1, 1], [1.0, 1.0], 0)


def test_a_list_of_species_serves_as_well() -> None:
    species = make_species([1, 1])
    assert allot_offspring(species, np.array([1.0, 3.0]), 8, SETTINGS, 0).tolist() == [2, 6]


def test_scores_that_a_kernel_does_not_take_as_they_are_serve_as_well() -> None:
    species, scores = make_species([1, 1]), np.array([1.0, 3.0], dtype=np.float32)
    assert allot_offspring(species, scores, 8, SETTINGS, 0).tolist() == [2, 6]  # type: ignore[arg-type]
    frozen = np.array([1.0, 3.0])
    frozen.flags.writeable = False
    assert allot_offspring(species, frozen, 8, SETTINGS, 0).tolist() == [2, 6]
