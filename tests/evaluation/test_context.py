"""A fitness's random stream depends on seed, generation and genome alone."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from spiral_monolith_neat_numpy.evaluation.context import EvaluationContext, PopulationContext
from spiral_monolith_neat_numpy.genes.ranges import at_once


def test_equal_contexts_draw_equal_numbers_from_the_start() -> None:
    context = EvaluationContext(3, 4, 5)
    first = context.rng().random(8)
    np.testing.assert_array_equal(context.rng().random(8), first)
    np.testing.assert_array_equal(EvaluationContext(3, 4, 5).rng().random(8), first)


def test_another_seed_generation_or_genome_draws_other_numbers() -> None:
    contexts = [(3, 4, 5), (2, 4, 5), (3, 5, 5), (3, 4, 4)]
    assert len({EvaluationContext(*context).rng().random() for context in contexts}) == 4


def test_a_population_is_scored_in_the_calling_thread_unless_told() -> None:
    context = PopulationContext(seed=1, generation=2)
    assert (context.workers, context.executor) == (1, None)
    assert context.spread is at_once


def test_kernels_get_the_threads_of_an_executor_that_is_given_alone() -> None:
    with ThreadPoolExecutor(2) as executor:
        spread: Any = PopulationContext(1, 2, 2, executor).spread
        assert spread is not at_once
        assert spread.__self__._executor is executor
        assert PopulationContext(1, 2, 1, executor).spread is at_once
        own = PopulationContext(1, 2, 2, executor, spread)
        assert own.spread == spread
