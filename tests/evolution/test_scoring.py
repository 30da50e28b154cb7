"""What selection sees of a score."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.evolution import runs

from spiral_monolith_neat_numpy.evolution.scoring import (
    as_scores,
    complexity_penalty,
    selection_scores,
    sift,
)
from spiral_monolith_neat_numpy.genes.genome import Genome
from spiral_monolith_neat_numpy.genes.population import Population


def test_nan_and_what_is_below_all_bounds_become_the_worst_in_a_copy() -> None:
    given_scores = np.array([1.0, np.nan, 1e300, -np.inf, -1.1e300, -1e300])
    wanted = [1.0, -np.inf, 1e300, -np.inf, -np.inf, -1e300]
    np.testing.assert_array_equal(as_scores(given_scores, 6), wanted)
    assert np.isnan(given_scores[1])
    assert as_scores([1, True], 2).tolist() == [1.0, 1.0]


@pytest.mark.parametrize(
    ("fitnesses", "message"),
    [
        ([1.0], r"fitnesses must have shape \(2,\) to match the population, got \(1,\)"),
        ([[1.0], [2.0]], r"got \(2, 1\)"),
        (["a", "b"], "fitnesses must be an array of numbers"),
        ([None, 1.0], "fitnesses must be an array of numbers"),
        ([1.0, np.inf], r"fitnesses must hold numbers up to 1e\+300, got inf at index 1"),
    ],
)
def test_what_is_not_one_number_per_genome_is_refused(fitnesses: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        as_scores(fitnesses, 2)


@given(
    hidden=st.integers(0, 1000),
    enabled=st.integers(0, 10_000),
    difficulty=st.floats(0.0, 3.0),
    limit=st.floats(0.0, 5.0),
)
def test_the_penalty_is_between_nothing_and_its_limit(
    hidden: int, enabled: int, difficulty: float, limit: float
) -> None:
    counts = np.array([hidden]), np.array([enabled])
    (found,) = complexity_penalty(*counts, difficulty, limit)
    assert 0.0 <= found <= limit
    factor = min(1.0, max(0.3, 1.0 - 0.7 * (difficulty - 0.5)))
    assert found == pytest.approx(min(limit, factor * (0.003 * hidden + 0.0015 * enabled)))


def test_selection_outside_vanilla_scales_and_charges() -> None:
    population = Population.first(4, 2, 1)
    population.table.hybrid_scale[:] = [1.0, 0.5, 0.0, 2.0]
    scores = np.array([1.0, 1.0, -np.inf, -1.0])
    charge = 0.01 * 0.15 * 2
    found = selection_scores(scores, population, 0.5, 1.0, charged=False)
    assert found.tolist() == [1.0 - charge, 0.5 - charge, -np.inf, -2.0 - charge]
    free = selection_scores(scores, population, 0.5, 1.0, charged=True)
    assert free.tolist() == [1.0, 0.5, -np.inf, -2.0]


def test_scaled_scores_stay_finite_and_in_order() -> None:
    population = Population.first(3, 2, 1)
    population.table.hybrid_scale[:] = 1e20
    scores = np.array([1e300, -1e300, -np.inf])
    found = selection_scores(scores, population, 0.5, 1.0, charged=False)
    assert found.tolist() == scores.tolist()


def test_best_and_mean_leave_out_what_does_not_count() -> None:
    found = sift(np.array([1.0, np.nan, 2.0, 2.0, -np.inf, -1.1e300]))
    assert (found.best, found.best_score, found.above) == (2, 2.0, -1)
    assert found.mean == pytest.approx(5.0 / 3.0)
    assert found.scores.tolist() == [1.0, -np.inf, 2.0, 2.0, -np.inf, -np.inf]
    large = sift(np.full(1000, 1e300))
    assert large.best_score == 1e300
    assert large.mean == pytest.approx(1e300)
    nothing = sift(np.array([np.nan, -np.inf]))
    assert (nothing.best, nothing.best_score, nothing.mean) == (0, -np.inf, -np.inf)


def test_the_first_score_above_all_bounds_is_found() -> None:
    assert sift(np.array([np.nan, 1.0, 2e300, np.inf])).above == 2
    assert sift(np.array([1e300])).above == -1


def test_in_a_run_only_selection_sees_the_penalty() -> None:
    """The larger half scores a little more, by less than what its size costs."""

    def barely(genome: Genome) -> float:
        return 1.0 + 1e-4 * (genome.n_hidden + genome.n_enabled)

    sizes = {}
    for name, mode in (("vanilla", runs.VANILLA), ("penalised", runs.PENALISED)):
        neat = runs.make_neat(40)
        neat.mode = mode
        _, history = neat.evolve(barely, 12, verbose=False)
        assert history[-1][0] == max(map(barely, neat.population))
        sizes[name] = neat.records[-1].mean_edges
    assert sizes["penalised"] < sizes["vanilla"] - 1.0


def test_a_fitness_that_charges_itself_is_not_charged_again() -> None:
    traces = []
    for mode in (runs.VANILLA, runs.PENALISED):
        neat = runs.make_neat(settings=runs.GROWING.with_changes(diversity_push=0.0))
        neat.mode, neat.auto_curriculum = mode, False
        traces.append(runs.trace(neat, runs.gradient()))
    assert traces[0] == traces[1]
